#include "bus/reader.hpp"

#include "message.hpp"
#include "policy/limits.hpp"

#include <gtest/gtest.h>

namespace sandboxd::bus {
namespace {

TEST(Reader, ReadsWhatIsAskedFor) {
    const Message message = written([](sd_bus_message* m) {
        sd_bus_message_append(m, "s", "text");
        sd_bus_message_append_array(m, 'y', "a\0b", 3);
        sd_bus_message_append(m, "utb", 7U, std::uint64_t{8}, 1);
    });
    Reader reader(message.get());
    EXPECT_EQ(reader.text("k").value(), "text");
    EXPECT_EQ(reader.bytes("k").value(), std::string("a\0b", 3));
    EXPECT_EQ(reader.number("k").value(), 7U);
    EXPECT_EQ(reader.longNumber("k").value(), 8U);
    EXPECT_TRUE(reader.truth("k").value());
    EXPECT_FALSE(reader.text("k"));
}

TEST(Reader, NamesTheKeyAndBothTypesOfAMistake) {
    const Message message = written([](sd_bus_message* m) { sd_bus_message_append(m, "i", 7); });
    const auto read = Reader(message.get()).text("hostname");
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, ErrorCode::invalidOption);
    EXPECT_EQ(read.error().message, "hostname: must be of type s, not i");
}

TEST(Reader, CountsTheBytesOfAllStringsTogether) {
    const std::string half(policy::defaultLimits.messageBytes / 2, 'x');
    const Message message =
        written([&](sd_bus_message* m) { sd_bus_message_append(m, "sss", half.c_str(), half.c_str(), "x"); });
    Reader reader(message.get());
    EXPECT_TRUE(reader.text("a"));
    EXPECT_TRUE(reader.text("b"));
    const auto over = reader.text("c");
    ASSERT_FALSE(over);
    EXPECT_EQ(over.error().code, ErrorCode::limitsExceeded);
    EXPECT_EQ(over.error().message.rfind("c: ", 0), 0U);
}

Result<void> readDictionary(sd_bus_message* message, std::string& keys) {
    Reader reader(message);
    return reader.dictionary("options", [&](const std::string& key) -> Result<void> {
        keys += key + " ";
        auto value = reader.number(key);
        return value ? Result<void>() : Result<void>(value.error());
    });
}

TEST(Reader, GivesEveryKeyOfADictionary) {
    const Message message =
        written([](sd_bus_message* m) { sd_bus_message_append(m, "a{sv}", 2, "one", "u", 1U, "two", "u", 2U); });
    std::string keys;
    EXPECT_TRUE(readDictionary(message.get(), keys));
    EXPECT_EQ(keys, "one two ");
}

TEST(Reader, RefusesAKeyThatIsThereTwice) {
    const Message message =
        written([](sd_bus_message* m) { sd_bus_message_append(m, "a{sv}", 2, "one", "u", 1U, "one", "u", 2U); });
    std::string keys;
    const auto read = readDictionary(message.get(), keys);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, ErrorCode::duplicateOption);
    EXPECT_NE(read.error().message.find("one"), std::string::npos);
}

TEST(Reader, RefusesMoreElementsThanItMayTake) {
    const Message message = written([](sd_bus_message* m) { sd_bus_message_append(m, "au", 3, 1U, 2U, 3U); });
    Reader reader(message.get());
    const auto read = reader.array("list", 'a', "u", 2, [&](std::size_t) -> Result<void> {
        (void)reader.number("list");
        return {};
    });
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, ErrorCode::limitsExceeded);
}

} // namespace
} // namespace sandboxd::bus
