#include "policy/label.hpp"

#include <gtest/gtest.h>

namespace sandboxd::policy {
namespace {

TEST(Label, UnconfinedHasNoMode) {
    EXPECT_EQ(parseLabel("unconfined"), (Label{{"unconfined"}, ""}));
    EXPECT_EQ(parseLabel("unconfined\n"), (Label{{"unconfined"}, ""}));
}

TEST(Label, StackedComponentsAreASetWhateverTheirOrder) {
    EXPECT_EQ(parseLabel("b//&a (enforce)"), parseLabel("a//&b (enforce)"));
    EXPECT_EQ(parseLabel("b//&a (enforce)"), (Label{{"a", "b"}, "enforce"}));
}

TEST(Label, AChildProfileIsOneComponent) {
    EXPECT_EQ(parseLabel("a//b (complain)"), (Label{{"a//b"}, "complain"}));
}

TEST(Label, TheModeFollowsTheLastParenthesisAndNamesMayHoldSpaces) {
    EXPECT_EQ(parseLabel("my app (beta) (enforce)"), (Label{{"my app (beta)"}, "enforce"}));
}

class NoLabel : public testing::TestWithParam<std::string> {};

TEST_P(NoLabel, IsNotParsed) {
    EXPECT_EQ(parseLabel(GetParam()), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(Texts, NoLabel,
                         testing::Values("", "\n", "name", "name (enforce", "name ()", " (enforce)", "//&a (enforce)",
                                         "a//& (enforce)", "a\x01 (enforce)", std::string("a\0 (enforce)", 12),
                                         "a (enforce)x", ":ns:unconfined"));

struct Confined {
    std::string text;
    bool confined;
};

class Confinement : public testing::TestWithParam<Confined> {};

TEST_P(Confinement, FollowsTheMode) {
    EXPECT_EQ(isConfined(parseLabel(GetParam().text).value()), GetParam().confined);
}

INSTANTIATE_TEST_SUITE_P(Modes, Confinement,
                         testing::Values(Confined{"unconfined", false}, Confined{"a (unconfined)", false},
                                         Confined{"a (complain)", false}, Confined{"a (enforce)", true},
                                         Confined{"a (kill)", true}, Confined{"a (prompt)", true},
                                         Confined{"a//&unconfined (mixed)", true}, Confined{"a (user)", true}));

TEST(Label, IsEnforcedOnlyAloneAndInThatMode) {
    EXPECT_TRUE(isEnforced(parseLabel("sandboxd (enforce)\n").value(), "sandboxd"));
    for (const char* other :
         {"unconfined", "sandboxd (complain)", "sandboxd (unconfined)", "sandboxd (kill)", "sandboxd (mixed)",
          "sandboxd//child (enforce)", "sandboxd-spawner (enforce)", "sandboxd//&a (enforce)"}) {
        EXPECT_FALSE(isEnforced(parseLabel(other).value(), "sandboxd")) << other;
    }
}

} // namespace
} // namespace sandboxd::policy
