#include "broker/id.hpp"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

namespace sandboxd::broker {
namespace {

TEST(MakeId, IsTwentySixCharactersOfAPathElement) {
    const auto id = makeId();
    ASSERT_TRUE(id);
    EXPECT_EQ(id->size(), 26U);
    EXPECT_TRUE(std::all_of(id->begin(), id->end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '2' && c <= '7');
    })) << *id;
}

TEST(MakeId, NeverComesTwice) {
    std::set<std::string> ids;
    for (int i = 0; i < 1000; ++i) {
        ids.insert(makeId().value());
    }
    EXPECT_EQ(ids.size(), 1000U);
}

} // namespace
} // namespace sandboxd::broker
