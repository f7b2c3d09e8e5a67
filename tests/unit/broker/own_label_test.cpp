#include "broker/own_label.hpp"

#include <unistd.h>

#include <gtest/gtest.h>

namespace sandboxd::broker {
namespace {

TEST(OwnLabel, OfTheProfileInEnforceModeServes) {
    EXPECT_TRUE(checkOwnLabel({true, "sandboxd (enforce)"}));
}

TEST(OwnLabel, IsNotAskedForWhereAppArmorIsOff) {
    EXPECT_TRUE(checkOwnLabel({false, ""}));
}

class WrongLabel : public testing::TestWithParam<std::string> {};

TEST_P(WrongLabel, IsRefusedByNameAndWithTheRemedy) {
    const auto checked = checkOwnLabel({true, GetParam()});
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().code, ErrorCode::setupFailed);
    EXPECT_NE(checked.error().message.find("\"" + GetParam() + "\""), std::string::npos) << checked.error().message;
    EXPECT_NE(checked.error().message.find("apparmor_parser"), std::string::npos) << checked.error().message;
}

INSTANTIATE_TEST_SUITE_P(Labels, WrongLabel,
                         testing::Values("", "unconfined", "sandboxd", "sandboxd (complain)", "sandboxd (unconfined)",
                                         "sandboxd-spawner (enforce)", "sandboxd//&a (enforce)", "a (enforce)"));

TEST(OwnLabel, SaysWhetherThisKernelHasAppArmor) {
    const Result<OwnLabel> label = readOwnLabel();
    ASSERT_TRUE(label.ok()) << label.error().message;
    EXPECT_EQ(label.value().appArmor, !label.value().text.empty());
    // A kernel that does not know AppArmor has no such directory.
    EXPECT_TRUE(::access("/sys/module/apparmor", F_OK) == 0 || !label.value().appArmor);
}

} // namespace
} // namespace sandboxd::broker
