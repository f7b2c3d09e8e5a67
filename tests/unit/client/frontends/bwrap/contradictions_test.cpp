#include "contradictions.hpp"

#include <gtest/gtest.h>

namespace sandboxd::bwrap {
namespace {

constexpr std::uint32_t user = 1000;

std::string contradiction(const Command& command) {
    return findContradiction(command).value_or("");
}

std::string missing(const Command& command, std::uint32_t uid = user) {
    return findMissingNamespace(command, uid, uid).value_or("");
}

std::string impossible(const Descriptors& descriptors) {
    return findImpossible({.descriptors = descriptors}).value_or("");
}

TEST(BwrapContradictions, AreNotInOrdinaryCommands) {
    const Command command{.unshared = {.user = true, .uts = true}, .uid = 0, .hostname = "box", .disableUserns = true};
    EXPECT_EQ(contradiction(command), "");
    EXPECT_EQ(missing(command), "");
    EXPECT_EQ(findImpossible(command), std::nullopt);
}

TEST(BwrapContradictions, OfUserNamespaces) {
    EXPECT_EQ(contradiction({.descriptors = {.usernsBlock = 5}}), "--userns-block-fd requires --unshare-user");
    EXPECT_EQ(contradiction({.unshared = {.user = true}, .descriptors = {.usernsBlock = 5}}),
              "--userns-block-fd requires --info-fd");
    EXPECT_EQ(contradiction({.unshared = {.user = true}, .descriptors = {.userns = 5}}),
              "--userns not compatible --unshare-user");
    EXPECT_EQ(contradiction({.unshared = {.userTry = true}, .descriptors = {.userns = 5}}),
              "--userns not compatible --unshare-user-try");
    EXPECT_EQ(contradiction({.disableUserns = true}), "--disable-userns requires --unshare-user");
    EXPECT_EQ(contradiction(
                  {.unshared = {.user = true}, .descriptors = {.usernsBlock = 5, .info = 6}, .disableUserns = true}),
              "--disable-userns is not compatible with  --userns-block-fd");
}

TEST(BwrapContradictions, OfNamespacesThatAreNotThere) {
    EXPECT_EQ(missing({.hostname = "box"}), "Specifying --hostname requires --unshare-uts");
    EXPECT_EQ(missing({.asPid1 = true}), "Specifying --as-pid-1 requires --unshare-pid");
    EXPECT_EQ(missing({.lockFiles = {"/l"}, .unshared = {.pid = true}, .asPid1 = true}),
              "Specifying --as-pid-1 and --lock-file is not permitted");
}

TEST(BwrapContradictions, OfRootWhoGetsNoUserNamespaceUnasked) {
    EXPECT_EQ(missing({.uid = 5}, 0), "Specifying --uid requires --unshare-user or --userns");
    EXPECT_EQ(missing({.gid = 5}, 0), "Specifying --gid requires --unshare-user or --userns");
    EXPECT_EQ(missing({.unshared = {.user = true}, .uid = 5}, 0), "");
    EXPECT_EQ(missing({.uid = 0}, 0), "");
    EXPECT_EQ(missing({.uid = 5, .gid = 5}), "");
}

TEST(BwrapContradictions, WhatTheDaemonCannotDoIsNamed) {
    EXPECT_TRUE(impossible({.userns = 5}).starts_with("--userns is not possible"));
    EXPECT_TRUE(impossible({.userns2 = 5}).starts_with("--userns2 is not possible"));
    EXPECT_TRUE(impossible({.pidns = 5}).starts_with("--pidns is not possible"));
    EXPECT_TRUE(impossible({.usernsBlock = 5}).starts_with("--userns-block-fd is not possible"));
}

} // namespace
} // namespace sandboxd::bwrap
