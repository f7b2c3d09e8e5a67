// AppArmor's printed labels: which of them is the wanted one in enforce mode, and which hold a caller to rules.
#include "warden/label.hpp"

#include <gtest/gtest.h>

namespace sandboxd::warden {
namespace {

TEST(Label, InEnforceModeIsTheWantedOne) {
    EXPECT_TRUE(isLabelEnforced("sandboxd-spawner (enforce)", "sandboxd-spawner"));
    EXPECT_TRUE(isLabelEnforced("sandboxd-spawner//init (enforce)", "sandboxd-spawner//init"));
}

TEST(Label, InAnotherModeIsNot) {
    for (const char* mode : {" (complain)", " (unconfined)", " (kill)", " (mixed)", " (prompt)", ""}) {
        EXPECT_FALSE(isLabelEnforced((std::string("name") + mode).c_str(), "name")) << mode;
    }
    EXPECT_FALSE(isLabelEnforced("unconfined", "unconfined"));
}

TEST(Label, OfAnotherNameIsNot) {
    for (const char* printed : {"names (enforce)", "nam (enforce)", "name//child (enforce)", "name  (enforce)",
                                "a//&name (enforce)", " (enforce)"}) {
        EXPECT_FALSE(isLabelEnforced(printed, "name")) << printed;
    }
}

TEST(Label, WithItsComponentsInAnyOrderIsTheWantedOne) {
    EXPECT_TRUE(isLabelEnforced("a//&b (enforce)", "a//&b"));
    EXPECT_TRUE(isLabelEnforced("a//&b (enforce)", "b//&a"));
    EXPECT_TRUE(isLabelEnforced("a//&b//&c//d (enforce)", "c//d//&a//&b"));
}

TEST(Label, WithMoreOrFewerComponentsIsNot) {
    EXPECT_FALSE(isLabelEnforced("a//&b//&c (enforce)", "a//&b"));
    EXPECT_FALSE(isLabelEnforced("a (enforce)", "a//&b"));
    EXPECT_FALSE(isLabelEnforced("a//&b (enforce)", "a//&c"));
    EXPECT_FALSE(isLabelEnforced("a//& (enforce)", "a"));
}

TEST(Label, WhoseNameLooksLikeAModeIsReadToItsLastOne) {
    EXPECT_TRUE(isLabelEnforced("odd (complain) name (enforce)", "odd (complain) name"));
    EXPECT_FALSE(isLabelEnforced("odd (enforce) (complain)", "odd"));
    EXPECT_FALSE(isLabelEnforced("odd (enforce) (enforce)", "odd"));
}

TEST(Label, ConfinesUnlessItIsInComplainModeOrUnconfined) {
    for (const char* printed : {"a (enforce)", "a (kill)", "a (prompt)", "a//&b (mixed)", "unconfined (enforce)"}) {
        EXPECT_TRUE(isLabelConfined(printed)) << printed;
    }
    for (const char* printed : {"unconfined", "a (complain)", "a (unconfined)", "", "odd (enforce) name (complain)"}) {
        EXPECT_FALSE(isLabelConfined(printed)) << printed;
    }
}

} // namespace
} // namespace sandboxd::warden
