#include "broker/confinement.hpp"

#include "plan/warden_protocol.hpp"

#include <gtest/gtest.h>

namespace sandboxd::broker {
namespace {

policy::Caller confinedBy(std::uint32_t bits) {
    policy::Caller caller;
    caller.confinement = bits;
    caller.label = "firefox (enforce)";
    return caller;
}

TEST(CheckServable, LeavesToPolicyWhatPolicyMayAllow) {
    EXPECT_TRUE(checkServable(confinedBy(0)));
    for (const std::uint32_t bit : {wire::confinedByMountNamespace, wire::confinedByRoot,
                                    wire::confinedByNoNewPrivileges, wire::confinedBySeccomp, wire::confinedByLabel}) {
        EXPECT_TRUE(checkServable(confinedBy(bit))) << bit;
    }
}

TEST(CheckServable, RefusesTheRestWhateverElseHolds) {
    for (const std::uint32_t bit : {wire::confinedByUserNamespace, wire::confinedByPidNamespace,
                                    wire::confinedByPrivilege, wire::confinedByChange}) {
        const auto alone = checkServable(confinedBy(bit));
        const auto together = checkServable(confinedBy(bit | wire::confinedByLabel));
        ASSERT_FALSE(alone) << bit;
        ASSERT_FALSE(together) << bit;
        EXPECT_EQ(alone.error().code, ErrorCode::callerConfined);
    }
}

TEST(CheckServable, RefusesAProcessThatStartedAfterItsConnectionUnlessTheBusVouchesForIt) {
    policy::Caller caller;
    caller.connectedTicks = 1000;
    caller.startTimeTicks = 1000; // connected within the same tick
    EXPECT_TRUE(checkServable(caller));
    caller.startTimeTicks = 1001;
    const auto recycled = checkServable(caller);
    ASSERT_FALSE(recycled);
    EXPECT_EQ(recycled.error().code, ErrorCode::accessDenied);
    caller.isProven = true;
    EXPECT_TRUE(checkServable(caller));
}

TEST(DescribeConfinement, NamesEveryReasonAndTheLabel) {
    const std::string text = describeConfinement(confinedBy(wire::confinedBySeccomp | wire::confinedByLabel));
    EXPECT_NE(text.find("seccomp"), std::string::npos) << text;
    EXPECT_NE(text.find("\"firefox (enforce)\""), std::string::npos) << text;
    EXPECT_EQ(describeConfinement(confinedBy(0)), "");
}

} // namespace
} // namespace sandboxd::broker
