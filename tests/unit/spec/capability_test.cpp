#include "spec/capability.hpp"

#include <gtest/gtest.h>

#include <linux/capability.h>

namespace sandboxd::spec {
namespace {

constexpr CapabilitySet bit(unsigned number) {
    return CapabilitySet{1} << number;
}

CapabilitySet setOf(const std::vector<std::string>& names) {
    return parseCapabilities(names).value();
}

void expectInvalid(const std::vector<std::string>& names, const std::string& message) {
    const auto parsed = parseCapabilities(names);
    ASSERT_FALSE(parsed.ok()) << message;
    EXPECT_EQ(parsed.error().code, ErrorCode::invalidOption);
    EXPECT_EQ(parsed.error().message, message);
}

TEST(ParseCapabilities, NamesStandForTheKernelsNumbers) {
    const std::pair<const char*, unsigned> numbers[] = {{"CAP_CHOWN", CAP_CHOWN},
                                                        {"CAP_SETPCAP", CAP_SETPCAP},
                                                        {"CAP_NET_RAW", CAP_NET_RAW},
                                                        {"CAP_SYS_ADMIN", CAP_SYS_ADMIN},
                                                        {"CAP_MKNOD", CAP_MKNOD},
                                                        {"CAP_AUDIT_READ", CAP_AUDIT_READ},
                                                        {"CAP_PERFMON", CAP_PERFMON},
                                                        {"CAP_BPF", CAP_BPF},
                                                        {"CAP_CHECKPOINT_RESTORE", CAP_CHECKPOINT_RESTORE}};
    for (const auto& [name, number] : numbers) {
        EXPECT_EQ(setOf({name}), bit(number)) << name;
    }
}

TEST(ParseCapabilities, NoneIsAListToo) {
    EXPECT_EQ(setOf({}), 0U);
}

TEST(ParseCapabilities, TheirOrderSaysNothing) {
    EXPECT_EQ(setOf({"CAP_KILL", "CAP_CHOWN"}), setOf({"CAP_CHOWN", "CAP_KILL"}));
}

TEST(ParseCapabilities, AnythingElseIsNone) {
    for (const char* name : {"", "CAP_NONE", "cap_chown", "CHOWN", "CAP_CHOWN ", "0", "all"}) {
        expectInvalid({"CAP_KILL", name}, "capabilities: \"" + std::string(name) + "\" is no capability");
    }
}

TEST(ParseCapabilities, AStrangeNameIsQuoted) {
    expectInvalid({"CAP\n"}, "capabilities: \"CAP\\x0a\" is no capability");
}

TEST(ParseCapabilities, EachMayBeGivenOnce) {
    expectInvalid({"CAP_KILL", "CAP_CHOWN", "CAP_KILL"}, "capabilities: \"CAP_KILL\" is given twice");
}

TEST(DescribeCapabilities, NamesThemInTheOrderOfTheirNumbers) {
    EXPECT_EQ(describeCapabilities(bit(CAP_NET_RAW) | bit(CAP_CHOWN) | bit(CAP_CHECKPOINT_RESTORE)),
              "CAP_CHOWN CAP_NET_RAW CAP_CHECKPOINT_RESTORE");
}

TEST(DescribeCapabilities, HasAWordForNoneAndForAll) {
    EXPECT_EQ(describeCapabilities(0), "none");
    EXPECT_EQ(describeCapabilities(allCapabilities), "all");
    EXPECT_NE(describeCapabilities(allCapabilities & ~bit(CAP_CHOWN)), "all");
}

TEST(DescribeCapabilities, NamesEachSoThatItParses) {
    for (unsigned number = 0; number <= CAP_CHECKPOINT_RESTORE; ++number) {
        EXPECT_EQ(setOf({describeCapabilities(bit(number))}), bit(number));
    }
}

} // namespace
} // namespace sandboxd::spec
