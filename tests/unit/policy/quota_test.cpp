#include "policy/quota.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace sandboxd::policy {
namespace {

using Lease = Quota::Lease;

constexpr std::uint32_t alice = 1000;
constexpr std::uint32_t bob = 1001;
constexpr std::uint64_t now = 1'000'000'000;

Limits small() {
    Limits limits;
    limits.running = 2;
    limits.inSetup = 1;
    limits.queued = 2;
    limits.sandboxes = 3;
    limits.dialogs = 2;
    limits.pendingChecks = 3;
    limits.waitsPerConnection = 1;
    limits.refusalBurst = 4;
    limits.refusalRefillUsec = 4'000'000;
    return limits;
}

Lease setUp(Quota& quota, Quota::RequestId request, std::uint32_t uid) {
    auto admitted = quota.admit(request, uid, now);
    EXPECT_TRUE(admitted.ok() && admitted.value().has_value());
    return *std::move(admitted).value();
}

void enqueue(Quota& quota, Quota::RequestId request, std::uint32_t uid) {
    const auto admitted = quota.admit(request, uid, now);
    ASSERT_TRUE(admitted.ok());
    EXPECT_FALSE(admitted.value().has_value());
}

TEST(Quota, ARequestStartsWhileAPlaceInSetupIsFree) {
    Quota quota(small());
    const Lease lease = setUp(quota, 1, alice);
    EXPECT_FALSE(quota.idle());
}

TEST(Quota, ReleasedLeasesLeaveNothingBehind) {
    Quota quota(small());
    {
        const Lease setup = setUp(quota, 1, alice);
        const auto sandbox = quota.holdSandbox(alice);
        const auto check = quota.beginCheck(alice);
        const auto dialog = quota.openDialog(alice);
        const auto wait = quota.beginWait(":1.7");
        EXPECT_TRUE(sandbox.ok() && check.ok() && dialog.ok() && wait.ok());
    }
    EXPECT_TRUE(quota.idle());
}

TEST(Quota, AMovedLeaseCountsOnce) {
    Quota quota(small());
    Lease first = setUp(quota, 1, alice);
    Lease second = std::move(first);
    second = setUp(quota, 2, bob); // gives alice's place back
    EXPECT_TRUE(quota.admit(3, alice, now).value().has_value());
    second.release();
    second.release();
    EXPECT_TRUE(quota.idle());
}

TEST(Quota, RequestsBeyondThePlacesInSetupWaitAndThenAreTooMany) {
    Quota quota(small());
    const Lease lease = setUp(quota, 1, alice);
    enqueue(quota, 2, alice);
    enqueue(quota, 3, alice);
    const auto refused = quota.admit(4, alice, now);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::limitsExceeded);
    EXPECT_FALSE(quota.takeTurn().has_value());
}

TEST(Quota, AQueuedRequestGetsThePlaceThatBecomesFree) {
    Quota quota(small());
    Lease lease = setUp(quota, 1, alice);
    enqueue(quota, 2, alice);
    lease.release();
    const auto turn = quota.takeTurn();
    ASSERT_TRUE(turn.has_value());
    EXPECT_EQ(turn->request, 2U);
    EXPECT_FALSE(quota.takeTurn().has_value());
}

TEST(Quota, ANewRequestDoesNotOvertakeItsUidsQueue) {
    Quota quota(small());
    Lease lease = setUp(quota, 1, alice);
    enqueue(quota, 2, alice);
    lease.release();
    enqueue(quota, 3, alice);
    EXPECT_EQ(quota.takeTurn()->request, 2U);
}

TEST(Quota, AFullQueueOfOneUidDoesNotHoldUpAnother) {
    Quota quota(small());
    const Lease lease = setUp(quota, 1, alice);
    enqueue(quota, 2, alice);
    const Lease other = setUp(quota, 3, bob);
    EXPECT_FALSE(quota.idle());
}

TEST(Quota, TurnsGoRoundBetweenUids) {
    Limits limits = small();
    limits.inSetup = 3;
    limits.queued = 8;
    Quota quota(limits);
    std::vector<Lease> busy;
    for (Quota::RequestId request = 1; request <= 3; ++request) {
        busy.push_back(setUp(quota, request, alice)); // all places: pendingChecks is 3
    }
    for (Quota::RequestId request = 10; request < 14; ++request) {
        enqueue(quota, request, alice);
    }
    enqueue(quota, 20, bob);
    enqueue(quota, 21, bob);
    busy.clear();
    std::vector<Quota::RequestId> order;
    while (order.size() < 6) {
        auto turn = quota.takeTurn();
        ASSERT_TRUE(turn.has_value());
        order.push_back(turn->request);
    }
    EXPECT_EQ(order, (std::vector<Quota::RequestId>{10, 20, 11, 21, 12, 13}));
}

TEST(Quota, ACancelledRequestGetsNoTurn) {
    Quota quota(small());
    Lease lease = setUp(quota, 1, alice);
    enqueue(quota, 2, alice);
    quota.cancel(2);
    lease.release();
    EXPECT_FALSE(quota.takeTurn().has_value());
    EXPECT_TRUE(quota.idle());
}

TEST(Quota, AUidMayHoldSoManySandboxes) {
    Quota quota(small());
    const auto first = quota.holdSandbox(alice);
    auto second = quota.holdSandbox(alice);
    EXPECT_EQ(quota.sandboxesOf(alice), 2U);
    EXPECT_EQ(quota.holdSandbox(alice).error().code, ErrorCode::limitsExceeded);
    EXPECT_TRUE(quota.holdSandbox(bob).ok());
    second.value().release();
    EXPECT_TRUE(quota.holdSandbox(alice).ok());
}

TEST(Quota, AllUidsTogetherMayHoldSoManySandboxes) {
    Quota quota(small());
    const auto first = quota.holdSandbox(alice);
    const auto second = quota.holdSandbox(alice);
    const auto third = quota.holdSandbox(bob);
    EXPECT_EQ(quota.holdSandbox(bob).error().code, ErrorCode::limitsExceeded);
}

TEST(Quota, ASecondDialogOfAUidIsBusy) {
    Quota quota(small());
    auto dialog = quota.openDialog(alice);
    EXPECT_EQ(quota.openDialog(alice).error().code, ErrorCode::busy);
    dialog.value().release();
    EXPECT_TRUE(quota.openDialog(alice).ok());
}

TEST(Quota, DialogsAreLimitedInAll) {
    Quota quota(small());
    const auto first = quota.openDialog(alice);
    const auto second = quota.openDialog(bob);
    EXPECT_EQ(quota.openDialog(1002).error().code, ErrorCode::busy);
}

TEST(Quota, PendingChecksAreLimitedInAll) {
    Quota quota(small());
    std::vector<Lease> checks;
    for (std::uint32_t uid = alice; uid < alice + 3; ++uid) {
        checks.push_back(std::move(quota.beginCheck(uid)).value());
    }
    EXPECT_EQ(quota.beginCheck(alice + 3).error().code, ErrorCode::busy);
}

TEST(Quota, NobodyTakesThePendingChecksOfOthers) {
    policy::Limits limits;
    limits.inSetup = 2;
    limits.pendingChecks = 3;
    Quota quota(limits);
    std::vector<Lease> checks;
    checks.push_back(std::move(quota.beginCheck(alice)).value());
    checks.push_back(std::move(quota.beginCheck(alice)).value());
    EXPECT_EQ(quota.beginCheck(alice).error().code, ErrorCode::busy);
    EXPECT_TRUE(quota.beginCheck(bob).ok());
}

TEST(Quota, WhatRepeatsIsNewsOnceInARefillTime) {
    Quota quota(small());
    EXPECT_TRUE(quota.isNews(alice, now));
    EXPECT_FALSE(quota.isNews(alice, now + small().refusalRefillUsec - 1));
    EXPECT_TRUE(quota.isNews(bob, now));
    EXPECT_TRUE(quota.isNews(alice, now + small().refusalRefillUsec));
}

TEST(Quota, AConnectionHasItsOwnPendingWaits) {
    Quota quota(small());
    const auto wait = quota.beginWait(":1.7");
    EXPECT_EQ(quota.beginWait(":1.7").error().code, ErrorCode::limitsExceeded);
    EXPECT_TRUE(quota.beginWait(":1.8").ok());
}

TEST(Quota, ABurstOfRefusalsLimitsTheRate) {
    Quota quota(small());
    for (int count = 0; count < 4; ++count) {
        EXPECT_TRUE(quota.checkRate(alice, now).ok()) << count;
        quota.recordRefusal(alice, now);
    }
    EXPECT_EQ(quota.checkRate(alice, now).error().code, ErrorCode::rateLimited);
    EXPECT_EQ(quota.admit(1, alice, now).error().code, ErrorCode::rateLimited);
    EXPECT_TRUE(quota.checkRate(bob, now).ok());
}

TEST(Quota, RefusalsAreForgottenOneByOneAsTimePasses) {
    Quota quota(small());
    for (int count = 0; count < 4; ++count) {
        quota.recordRefusal(alice, now);
    }
    EXPECT_FALSE(quota.checkRate(alice, now + 999'999).ok());
    EXPECT_TRUE(quota.checkRate(alice, now + 1'000'000).ok());
    quota.recordRefusal(alice, now + 1'000'000);
    EXPECT_FALSE(quota.checkRate(alice, now + 1'000'000).ok());
}

TEST(Quota, MoreRefusalsThanTheBurstDoNotLockOutForLonger) {
    Quota quota(small());
    for (int count = 0; count < 100; ++count) {
        quota.recordRefusal(alice, now);
    }
    EXPECT_TRUE(quota.checkRate(alice, now + 1'000'000).ok());
}

} // namespace
} // namespace sandboxd::policy
