#include "id_ranges.hpp"

#include <gtest/gtest.h>

namespace sandboxd::unshare {
namespace {

using engine::IdRange;
using Ranges = std::vector<IdRange>;

RangeRequest parsed(const std::string& text) {
    const auto result = parseRange("--map-users", text);
    const auto* refusal = std::get_if<Refusal>(&result);
    EXPECT_EQ(refusal, nullptr) << text << ": " << (refusal != nullptr ? refusal->message : "");
    return refusal == nullptr ? std::get<RangeRequest>(result) : RangeRequest{};
}

std::string refused(const std::string& text) {
    const auto result = parseRange("--map-users", text);
    const auto* refusal = std::get_if<Refusal>(&result);
    return refusal != nullptr ? refusal->message : "taken";
}

TEST(UnshareIdRanges, ColonsHaveTheInnerIdFirstAndCommasTheOuter) {
    EXPECT_EQ(parsed("1:100000:65536"), RangeRequest(IdRange{1, 100000, 65536}));
    EXPECT_EQ(parsed("100000,1,65536"), RangeRequest(IdRange{1, 100000, 65536}));
}

TEST(UnshareIdRanges, BlocksHaveNames) {
    EXPECT_EQ(parsed("auto"), RangeRequest(FirstBlock{false}));
    EXPECT_EQ(parsed("subids"), RangeRequest(FirstBlock{true}));
    EXPECT_EQ(refused("all"), "--map-users=all: a sandbox does not map all ids");
}

TEST(UnshareIdRanges, WhatIsNoRangeIsRefused) {
    for (const char* text : {"", "1", "1:2", "1:2:3:4", "1:2,3", "1:2:", ":2:3", "a:2:3", "-1:2:3", "1:2:+3", " 1:2:3",
                             "1:2:3 ", "4294967296:0:1", "Auto"}) {
        EXPECT_EQ(refused(text), std::string("invalid mapping '") + text + "'");
    }
}

TEST(UnshareIdRanges, ARangeHasIdsAndThereAreSuch) {
    EXPECT_EQ(refused("1:2:0"), "invalid mapping '1:2:0': it has no id");
    EXPECT_EQ(refused("4294967295:2:1"), "invalid mapping '4294967295:2:1': there are no such ids");
    EXPECT_EQ(refused("1:4294967294:2"), "invalid mapping '1:4294967294:2': there are no such ids");
    EXPECT_EQ(parsed("4294967294:4294967294:1"), RangeRequest(IdRange{4294967294, 4294967294, 1}));
    EXPECT_EQ(parsed("0:0:4294967295"), RangeRequest(IdRange{0, 0, 4294967295}));
}

TEST(UnshareIdRanges, TheFirstBlockIsTheFirstOfTheUsersLines) {
    const std::string text = "other:1:9\nme:100000:65536\nme:900000:9\n1000:800000:9\n";
    EXPECT_EQ(findFirstBlock(text, "me", 1000), (IdRange{0, 100000, 65536}));
    EXPECT_EQ(findFirstBlock(text, "", 1000), (IdRange{0, 800000, 9}));
    EXPECT_EQ(findFirstBlock(text, "somebody", 1001), std::nullopt);
    EXPECT_EQ(findFirstBlock("", "me", 1000), std::nullopt);
    EXPECT_EQ(findFirstBlock(":5:9\n", "", 1000), std::nullopt);
}

TEST(UnshareIdRanges, ALineWithoutABlockGivesNone) {
    const std::string text = "me\nme:\nme:x:9\nme:5:0\nme:5:9:1\n# me:5:9\nme2:5:9\nme:4294967295:9\nme:7:9";
    EXPECT_EQ(findFirstBlock(text, "me", 1000), (IdRange{0, 7, 9}));
}

// What unshare of util-linux 2.38 and 2.41 gives newuidmap.
TEST(UnshareIdRanges, TheSingleIdsAreTakenOutOfARange) {
    EXPECT_EQ(carveOut({0, 1000, 1}, {{0, 100000, 65536}}), (Ranges{{0, 1000, 1}, {1, 100000, 65535}}));
    EXPECT_EQ(carveOut({1000, 1000, 1}, {{0, 100000, 65536}}),
              (Ranges{{1000, 1000, 1}, {0, 100000, 1000}, {1001, 101000, 64535}}));
    EXPECT_EQ(carveOut({65535, 1000, 1}, {{0, 100000, 65536}}), (Ranges{{65535, 1000, 1}, {0, 100000, 65535}}));
}

TEST(UnshareIdRanges, BothOfThemMayBeInOneRange) {
    EXPECT_EQ(carveOut({3, 105, 1}, {{0, 100, 10}}), (Ranges{{3, 105, 1}, {0, 100, 3}, {4, 103, 2}, {6, 106, 4}}));
    EXPECT_EQ(carveOut({5, 103, 1}, {{0, 100, 10}}), (Ranges{{5, 103, 1}, {0, 100, 3}, {3, 104, 2}, {6, 106, 4}}));
    EXPECT_EQ(carveOut({5, 105, 1}, {{0, 100, 10}}), (Ranges{{5, 105, 1}, {0, 100, 5}, {6, 106, 4}}));
    EXPECT_EQ(carveOut({0, 100, 1}, {{0, 100, 1}}), (Ranges{{0, 100, 1}}));
}

TEST(UnshareIdRanges, ARangeThatHasNeitherStaysWhole) {
    EXPECT_EQ(carveOut({0, 1000, 1}, {{1, 100000, 9}, {20, 200000, 9}}),
              (Ranges{{0, 1000, 1}, {1, 100000, 9}, {20, 200000, 9}}));
    EXPECT_EQ(carveOut({10, 1000, 1}, {{1, 100000, 9}}), (Ranges{{10, 1000, 1}, {1, 100000, 9}}));
}

TEST(UnshareIdRanges, NothingOfACarvedRangeOverlaps) {
    for (std::uint32_t inside = 0; inside < 14; ++inside) {
        for (std::uint32_t outside = 98; outside < 114; ++outside) {
            const Ranges carved = carveOut({inside, outside, 1}, {{2, 100, 10}});
            EXPECT_FALSE(findOverlap(carved)) << inside << " " << outside;
            std::uint32_t count = 0;
            for (const IdRange& range : carved) {
                count += range.count;
            }
            const bool isHit = (inside >= 2 && inside < 12) || (outside >= 100 && outside < 110);
            EXPECT_EQ(count, isHit ? 10U : 11U) << inside << " " << outside;
        }
    }
}

TEST(UnshareIdRanges, AnOverlapIsNamed) {
    EXPECT_FALSE(findOverlap({{0, 100, 5}, {5, 105, 5}}));
    EXPECT_EQ(findOverlap({{0, 100, 5}, {4, 200, 5}})->message, "mappings overlap: 0:100:5 and 4:200:5");
    EXPECT_EQ(findOverlap({{0, 100, 5}, {9, 9, 1}, {20, 104, 5}})->message, "mappings overlap: 0:100:5 and 20:104:5");
}

TEST(UnshareIdRanges, IdsAreFoundByBothNumbers) {
    const Ranges ranges{{0, 1000, 1}, {5, 100000, 10}};
    EXPECT_EQ(insideOf(1000, ranges), 0U);
    EXPECT_EQ(insideOf(100009, ranges), 14U);
    EXPECT_EQ(insideOf(100010, ranges), std::nullopt);
    EXPECT_EQ(insideOf(999, ranges), std::nullopt);
    EXPECT_TRUE(isMapped(14, ranges));
    EXPECT_FALSE(isMapped(15, ranges));
    EXPECT_FALSE(isMapped(4, ranges));
}

} // namespace
} // namespace sandboxd::unshare
