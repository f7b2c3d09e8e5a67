#include "policy/owner_pool.hpp"

#include <gtest/gtest.h>

namespace sandboxd::policy {
namespace {

constexpr IdRange range{2130706432, 2};

TEST(OwnerPool, EachCallerHasOneOwnerForAllItsSandboxes) {
    OwnerPool pool(range);
    EXPECT_EQ(pool.acquire(1000).value(), 2130706432U);
    EXPECT_EQ(pool.acquire(1001).value(), 2130706433U);
    EXPECT_EQ(pool.acquire(1000).value(), 2130706432U);
}

TEST(OwnerPool, ASlotIsFreeAfterTheLastSandboxOfItsCaller) {
    OwnerPool pool(range);
    static_cast<void>(pool.acquire(1000));
    static_cast<void>(pool.acquire(1000));
    pool.release(1000);
    EXPECT_EQ(pool.callers(), 1U);
    pool.release(1000);
    EXPECT_EQ(pool.callers(), 0U);
    EXPECT_EQ(pool.acquire(1002).value(), 2130706432U);
}

TEST(OwnerPool, AnExhaustedPoolRefusesNewCallersOnly) {
    OwnerPool pool(range);
    static_cast<void>(pool.acquire(1000));
    static_cast<void>(pool.acquire(1001));
    const auto refused = pool.acquire(1002);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::limitsExceeded);
    EXPECT_TRUE(pool.acquire(1001).ok());
}

TEST(OwnerPool, ACallerInsideThePoolIsRefused) {
    OwnerPool pool(range);
    const auto refused = pool.acquire(2130706433);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::accessDenied);
}

TEST(OwnerPool, AReleaseWithoutSandboxesIsIgnored) {
    OwnerPool pool(range);
    pool.release(1000);
    EXPECT_EQ(pool.callers(), 0U);
}

TEST(OwnerPool, IdsThatSomebodyElseWasGivenConflict) {
    const OwnerPool pool(IdRange{1000, 10});
    EXPECT_EQ(pool.findConflict({{0, 1000}, {1010, 5}}), std::nullopt);
    EXPECT_EQ(pool.findConflict({{0, 1}, {1009, 1}}), (IdRange{1009, 1}));
    EXPECT_EQ(pool.findConflict({{500, 65536}}), (IdRange{500, 65536}));
    EXPECT_EQ(pool.findConflict({{1005, 0}}), std::nullopt);
}

TEST(OwnerPool, ARangeUpToTheLastIdDoesNotWrapAround) {
    const OwnerPool pool(IdRange{1, 10});
    EXPECT_EQ(pool.findConflict({{4294967290U, 100}}), std::nullopt);
}

TEST(ParseIdRange, FirstAndCountInDecimal) {
    EXPECT_EQ(parseIdRange("2130706432:4096").value(), (IdRange{2130706432, 4096}));
}

TEST(ParseIdRange, AnythingElseIsInvalid) {
    for (const auto* text :
         {"", "1", "1:", ":1", "0:1", "1:0", "1:2:3", "-1:2", " 1:2", "0x10:1", "2147483647:2", "4294967296:1"}) {
        const auto parsed = parseIdRange(text);
        ASSERT_FALSE(parsed.ok()) << text;
        EXPECT_EQ(parsed.error().code, ErrorCode::invalidArgs);
    }
    EXPECT_TRUE(parseIdRange("2147483647:1").ok());
}

TEST(ParsePasswd, TakesTheThirdFieldAndSkipsWhatDoesNotParse) {
    const auto ids = parsePasswd("root:x:0:0:root:/root:/bin/sh\n+::::::\n\nu:x:1000:1000::/home/u:/bin/sh");
    EXPECT_EQ(ids, (std::vector<IdRange>{{0, 1}, {1000, 1}}));
}

TEST(ParseSubordinateIds, TakesFirstAndCount) {
    const auto ids = parseSubordinateIds("# comment\nu:100000:65536\nbroken\nv:165536:65536\n");
    EXPECT_EQ(ids, (std::vector<IdRange>{{100000, 65536}, {165536, 65536}}));
}

} // namespace
} // namespace sandboxd::policy
