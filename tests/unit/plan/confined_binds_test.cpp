#include "plan/confined_binds.hpp"

#include <gtest/gtest.h>

namespace sandboxd::plan {
namespace {

MountStep bind(std::string source, std::string target) {
    MountStep step;
    step.kind = wire::MountKind::bind;
    step.flags = wire::mountRecursive;
    step.source = std::move(source);
    step.target = std::move(target);
    return step;
}

TEST(ConfinedBinds, OfAPathToItselfPassAndFollowNoLink) {
    Plan plan;
    plan.mounts = {bind("/usr", "/usr")};
    ASSERT_TRUE(bindInPlaceOnly(plan));
    EXPECT_EQ(plan.mounts[0].flags, wire::mountRecursive | wire::mountNoSymlinks);
}

TEST(ConfinedBinds, OfOtherOperationsNothingIsAsked) {
    Plan plan;
    MountStep link = bind("/secret", "/link");
    link.kind = wire::MountKind::symlink; // its text is resolved by the payload, under its own label
    plan.mounts = {link};
    ASSERT_TRUE(bindInPlaceOnly(plan));
    EXPECT_EQ(plan.mounts[0].flags, std::uint32_t{wire::mountRecursive});
}

TEST(ConfinedBinds, AnOverlayIsRefused) {
    Plan plan;
    MountStep overlay = bind("", "/usr");
    overlay.kind = wire::MountKind::overlay;
    overlay.lowers = {"/usr"};
    plan.mounts = {overlay};
    EXPECT_EQ(bindInPlaceOnly(plan).error().code, ErrorCode::callerConfined);
}

class OtherName : public testing::TestWithParam<MountStep> {};

TEST_P(OtherName, S64_IsRefusedByItsPlaceInTheRequest) {
    Plan plan;
    plan.mounts = {bind("/usr", "/usr"), GetParam()};
    const auto checked = bindInPlaceOnly(plan);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().code, ErrorCode::callerConfined);
    EXPECT_EQ(checked.error().message.rfind("mounts: operation 1: ", 0), 0U) << checked.error().message;
}

MountStep descriptor() {
    MountStep step = bind("", "/given");
    step.flags |= wire::mountSourceIsFd;
    step.fd = 0;
    return step;
}

INSTANTIATE_TEST_SUITE_P(Binds, OtherName,
                         testing::Values(bind("/secret", "/allowed"), bind("secret", "/secret"), bind("/a/../b", "/b"),
                                         bind("/usr/", "/usr"), descriptor()));

} // namespace
} // namespace sandboxd::plan
