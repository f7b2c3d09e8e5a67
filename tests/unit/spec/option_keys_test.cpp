#include "spec/option_keys.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace sandboxd::spec {
namespace {

ErrorCode codeOf(const Result<void>& result) {
    EXPECT_FALSE(result.ok());
    return result.error().code;
}

template <typename Row> bool isStrictlyAscending(std::span<const Row> rows) {
    return std::adjacent_find(rows.begin(), rows.end(),
                              [](const Row& left, const Row& right) { return left.name >= right.name; }) == rows.end();
}

TEST(OptionKeys, EachKeyStandsOnceInAlphabeticOrder) {
    EXPECT_TRUE(isStrictlyAscending(optionKeys()));
    EXPECT_TRUE(isStrictlyAscending(mountOperations()));
    for (const MountRow& operation : mountOperations()) {
        EXPECT_TRUE(isStrictlyAscending(operation.keys)) << operation.name;
    }
}

TEST(OptionKeys, EveryOptionOfTheInterfaceIsAccepted) {
    for (const auto* key : {"argv-fd",     "argv0",       "block-fd", "cwd",     "description", "env",
                            "env-fd",      "fd-socket",   "gid",      "gid-map", "hostname",    "identity",
                            "info-fd",     "lifeline",    "lifetime", "mounts",  "namespaces",  "network",
                            "new-session", "personality", "require",  "seccomp", "seccomp-fds", "start-timeout-usec",
                            "status-fd",   "sync-fd",     "terminal", "uid",     "uid-map"}) {
        EXPECT_TRUE(checkOptionKey(key).ok()) << key;
    }
}

TEST(OptionKeys, ARestrictionThatIsNotBuiltIsRefusedByName) {
    const auto checked = checkOptionKey("landlock");
    EXPECT_EQ(codeOf(checked), ErrorCode::notSupported);
    EXPECT_EQ(checked.error().message, "landlock: this option is not supported");
}

TEST(OptionKeys, AStrangeKeyIsUnknownAndItsNameIsEscaped) {
    const auto checked = checkOptionKey("mounts\n");
    EXPECT_EQ(codeOf(checked), ErrorCode::unknownOption);
    EXPECT_EQ(checked.error().message, "mounts\\x0a: this option is unknown");
}

TEST(OptionKeys, MountOperationsAreKnownByTheirNames) {
    EXPECT_TRUE(checkMountName("remount-read-only").ok());
    EXPECT_EQ(codeOf(checkMountName("umount")), ErrorCode::unknownOption);
}

TEST(OptionKeys, KeysBelongToTheirOperation) {
    EXPECT_TRUE(checkMountKey("tmpfs", "size").ok());
    EXPECT_EQ(codeOf(checkMountKey("proc", "size")), ErrorCode::unknownOption);
    EXPECT_TRUE(checkMountKey("bind", "devices").ok());
    EXPECT_EQ(codeOf(checkMountKey("nothing", "target")), ErrorCode::unknownOption);
}

} // namespace
} // namespace sandboxd::spec
