#include "bus/decode.hpp"

#include "message.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace sandboxd::bus {
namespace {

// profile, argv {"/bin/true"}, no fds, then the options.
Message spawnWith(const std::function<void(sd_bus_message*)>& options) {
    return written([&](sd_bus_message* m) {
        sd_bus_message_append(m, "s", "");
        sd_bus_message_append(m, "aay", 1, 9, '/', 'b', 'i', 'n', '/', 't', 'r', 'u', 'e');
        sd_bus_message_append(m, "a{uh}", 0);
        options(m);
    });
}

Error refusal(const std::function<void(sd_bus_message*)>& options) {
    const Message message = spawnWith(options);
    SpawnArguments arguments;
    const auto decoded = decodeSpawn(message.get(), arguments);
    EXPECT_FALSE(decoded);
    return decoded ? Error{} : decoded.error();
}

TEST(DecodeSpawn, TakesARequestWithoutOptions) {
    const Message message = spawnWith([](sd_bus_message* m) { sd_bus_message_append(m, "a{sv}", 0); });
    SpawnArguments arguments;
    ASSERT_TRUE(decodeSpawn(message.get(), arguments));
    EXPECT_EQ(arguments.spec.argv, std::vector<std::string>{"/bin/true"});
    EXPECT_EQ(arguments.spec.network, spec::Network::none);
    EXPECT_TRUE(arguments.fds.empty());
}

TEST(DecodeSpawn, PutsOptionsWhereTheyBelong) {
    const Message message = spawnWith([](sd_bus_message* m) {
        sd_bus_message_append(m, "a{sv}", 4, "network", "s", "loopback", "hostname", "s", "box", "start-timeout-usec",
                              "t", std::uint64_t{5}, "personality", "u", 8U);
    });
    SpawnArguments arguments;
    ASSERT_TRUE(decodeSpawn(message.get(), arguments));
    EXPECT_EQ(arguments.spec.network, spec::Network::loopback);
    EXPECT_EQ(arguments.spec.hostname, "box");
    EXPECT_EQ(arguments.spec.startTimeoutUsec, 5U);
    EXPECT_EQ(arguments.spec.personality, 8U);
}

TEST(DecodeSpawn, KeepsTheDescriptorsOfARefusedRequestForTheirCloser) {
    const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    const Message message = written([&](sd_bus_message* m) {
        sd_bus_message_append(m, "s", "");
        sd_bus_message_append(m, "aay", 1, 1, 'x');
        sd_bus_message_append(m, "a{uh}", 1, 0U, null);
        sd_bus_message_append(m, "a{sv}", 1, "no-such", "s", "");
    });
    ::close(null);
    SpawnArguments arguments;
    const auto decoded = decodeSpawn(message.get(), arguments);
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().code, ErrorCode::unknownOption);
    EXPECT_EQ(arguments.fds.size(), 1U);
}

TEST(DecodeSpawn, RefusesEachKindOfMistakeByName) {
    const Error unknown = refusal([](sd_bus_message* m) { sd_bus_message_append(m, "a{sv}", 1, "nosuch", "s", ""); });
    EXPECT_EQ(unknown.code, ErrorCode::unknownOption);
    EXPECT_NE(unknown.message.find("nosuch"), std::string::npos) << unknown.message;
    const Error twice = refusal(
        [](sd_bus_message* m) { sd_bus_message_append(m, "a{sv}", 2, "hostname", "s", "a", "hostname", "s", "b"); });
    EXPECT_EQ(twice.code, ErrorCode::duplicateOption);
    const Error typed = refusal([](sd_bus_message* m) { sd_bus_message_append(m, "a{sv}", 1, "hostname", "u", 1U); });
    EXPECT_EQ(typed.code, ErrorCode::invalidOption);
    EXPECT_EQ(typed.message.rfind("hostname", 0), 0U) << typed.message;
    const Error later =
        refusal([](sd_bus_message* m) { sd_bus_message_append(m, "a{sv}", 1, "landlock", "s", "off"); });
    EXPECT_EQ(later.code, ErrorCode::notSupported);
}

TEST(DecodeListFilter, KnowsOneKey) {
    const Message none = written([](sd_bus_message* m) { sd_bus_message_append(m, "a{sv}", 0); });
    EXPECT_FALSE(decodeListFilter(none.get()).value());
    const Message all = written([](sd_bus_message* m) { sd_bus_message_append(m, "a{sv}", 1, "all", "b", 1); });
    EXPECT_TRUE(decodeListFilter(all.get()).value());
    const Message other = written([](sd_bus_message* m) { sd_bus_message_append(m, "a{sv}", 1, "uid", "u", 1U); });
    const auto refused = decodeListFilter(other.get());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::unknownOption);
}

} // namespace
} // namespace sandboxd::bus
