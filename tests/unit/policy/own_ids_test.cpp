#include "policy/own_ids.hpp"

#include <gtest/gtest.h>

namespace sandboxd::policy {
namespace {

Caller sampleCaller() {
    Caller caller;
    caller.uid = 1000;
    caller.gid = 1001;
    caller.groups = {27, 1001};
    return caller;
}

Result<void> checked(std::optional<spec::MappedId> uid, std::optional<spec::MappedId> gid) {
    spec::Spec spec;
    spec.ids.uidMap = uid;
    spec.ids.gidMap = gid;
    return checkOwnIds(spec, sampleCaller());
}

TEST(CheckOwnIds, TheCallersOwnMayBeAnyNumberInside) {
    EXPECT_TRUE(checked({}, {}).ok());
    EXPECT_TRUE(checked(spec::MappedId{0, 1000}, spec::MappedId{5, 1001}).ok());
}

TEST(CheckOwnIds, S09_RootOthersAndASecondGroupAreRefusedByName) {
    for (const std::uint32_t uid : {0U, 1U, 1001U, 100000U}) {
        const auto result = checked(spec::MappedId{0, uid}, {});
        ASSERT_FALSE(result.ok()) << uid;
        EXPECT_EQ(result.error().code, ErrorCode::notSupported);
        EXPECT_TRUE(result.error().message.starts_with("uid-map: ")) << result.error().message;
    }
    for (const std::uint32_t gid : {0U, 27U, 1000U}) {
        const auto result = checked({}, spec::MappedId{0, gid});
        ASSERT_FALSE(result.ok()) << gid;
        EXPECT_TRUE(result.error().message.starts_with("gid-map: ")) << result.error().message;
    }
}

} // namespace
} // namespace sandboxd::policy
