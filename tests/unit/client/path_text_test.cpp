#include "path_text.hpp"

#include <gtest/gtest.h>

namespace sandboxd::ctl {
namespace {

TEST(PathText, KnowsWhatLiesWithin) {
    EXPECT_TRUE(isWithin("/a", "/a"));
    EXPECT_TRUE(isWithin("/a/b", "/a"));
    EXPECT_TRUE(isWithin("/a", "/"));
    EXPECT_FALSE(isWithin("/ab", "/a"));
    EXPECT_FALSE(isWithin("/", "/a"));
}

TEST(PathText, NormalisesWithoutLookingAnythingUp) {
    EXPECT_EQ(normalise("/a//b/./c/../d/", "/x"), "/a/b/d");
    EXPECT_EQ(normalise("../run/file", "/etc"), "/run/file");
    EXPECT_EQ(normalise("/../..", "/x"), "/");
}

TEST(PathText, FindsDotComponents) {
    EXPECT_TRUE(hasDotComponent(".a"));
    EXPECT_TRUE(hasDotComponent("a/.b/c"));
    EXPECT_FALSE(hasDotComponent("a.b/c."));
}

TEST(PathText, KnowsTheParent) {
    EXPECT_EQ(parentOf("/a/b"), "/a");
    EXPECT_EQ(parentOf("/a"), "/");
}

} // namespace
} // namespace sandboxd::ctl
