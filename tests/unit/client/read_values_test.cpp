#include "read_values.hpp"

#include <gtest/gtest.h>

namespace sandboxd::client {
namespace {

// A message with what `write` puts into it.
template <typename Write> Message messageOf(Write write) {
    Message message(dbus_message_new(DBUS_MESSAGE_TYPE_METHOD_RETURN));
    Writer writer(message.get());
    write(writer);
    EXPECT_TRUE(writer.ok());
    return message;
}

Message dictionary() {
    return messageOf([](Writer& writer) {
        writer.array("{sv}", [](Writer& list) {
            list.option("text", "s", [](Writer& value) { value.string("words"); });
            list.option("yes", "b", [](Writer& value) { value.boolean(true); });
            list.option("small", "i", [](Writer& value) { value.int32(-1); });
            list.option("large", "t", [](Writer& value) { value.uint64(UINT64_MAX); });
            list.option("names", "as", [](Writer& value) { value.stringList({"a", "b"}); });
            list.option("descriptor", "h", [](Writer& value) { value.descriptor(0); });
            list.option("inner", "a{sv}", [](Writer& value) {
                value.array("{sv}", [](Writer& nested) {
                    nested.option("deep", "u", [](Writer& number) { number.uint32(7); });
                });
            });
        });
    });
}

TEST(ReadValues, KeepsWhatItKnowsLaysNestedOnesFlatAndPassesOverTheRest) {
    const Message message = dictionary();
    Reader reader(message.get());
    const Values expected{{"text", std::string("words")},
                          {"yes", true},
                          {"small", std::int64_t{-1}},
                          {"large", std::uint64_t{UINT64_MAX}},
                          {"inner.deep", std::uint64_t{7}}};
    EXPECT_EQ(reader.values(), expected);
    EXPECT_TRUE(reader.ok());
}

TEST(ReadValues, OfAnotherTypeAreAnErrorFromThenOn) {
    const Message message = messageOf([](Writer& writer) {
        writer.uint32(1);
        writer.string("text");
    });
    Reader reader(message.get());
    EXPECT_EQ(reader.text(), "");
    EXPECT_FALSE(reader.ok());
    EXPECT_EQ(reader.uint32(), 0U);
}

TEST(ReadValues, ThatAreMissingAreAnError) {
    const Message empty = messageOf([](Writer&) {});
    Reader reader(empty.get());
    EXPECT_EQ(reader.values(), Values{});
    EXPECT_FALSE(reader.ok());
}

TEST(ReadValues, ReadsTheKeysOfADictionaryWhateverItsValuesAre) {
    const Message message = dictionary();
    Reader reader(message.get());
    std::string keys;
    reader.array([&](Reader& list) { list.dictionaryEntry([&](Reader& entry) { keys += entry.text() + ' '; }); });
    EXPECT_TRUE(reader.ok());
    EXPECT_EQ(keys, "text yes small large names descriptor inner ");
}

TEST(ReadValues, ReadsWhatAVariantHolds) {
    const Message message = messageOf([](Writer& writer) {
        writer.array("{sv}", [](Writer& list) {
            list.option("names", "as", [](Writer& value) { value.stringList({"a", "b"}); });
        });
    });
    Reader reader(message.get());
    std::string names;
    reader.array([&](Reader& list) {
        list.dictionaryEntry([&](Reader& entry) {
            (void)entry.text();
            entry.variant([&](Reader& value) { value.array([&](Reader& inner) { names += inner.text(); }); });
        });
    });
    EXPECT_TRUE(reader.ok());
    EXPECT_EQ(names, "ab");
}

TEST(ReadValues, ReadsListsOfStructures) {
    const Message message = messageOf([](Writer& writer) {
        writer.array("(su)", [](Writer& list) {
            for (const std::uint32_t number : {1U, 2U}) {
                list.structure([&](Writer& fields) {
                    fields.string("n");
                    fields.uint32(number);
                });
            }
        });
    });
    Reader reader(message.get());
    std::uint32_t sum = 0;
    reader.array([&](Reader& list) {
        list.structure([&](Reader& fields) {
            EXPECT_EQ(fields.text(), "n");
            sum += fields.uint32();
        });
    });
    EXPECT_TRUE(reader.ok());
    EXPECT_EQ(sum, 3U);
}

TEST(ReadValues, EndsAListWhoseElementsAreOfAnotherType) {
    const Message message = messageOf([](Writer& writer) { writer.stringList({"a", "b"}); });
    Reader reader(message.get());
    reader.array([](Reader& list) { EXPECT_EQ(list.uint32(), 0U); });
    EXPECT_FALSE(reader.ok());
}

TEST(ReadValues, HandsOutDescriptorsOfTheirOwn) {
    const Message message = messageOf([](Writer& writer) { writer.descriptor(0); });
    Reader reader(message.get());
    const Descriptor descriptor = reader.descriptor();
    EXPECT_GT(descriptor.get(), 0);
}

} // namespace
} // namespace sandboxd::client
