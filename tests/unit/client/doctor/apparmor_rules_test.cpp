#include "doctor/rules.hpp"
#include "good_facts.hpp"

#include <gtest/gtest.h>

namespace sandboxd::ctl::doctor {
namespace {

constexpr const char* load =
    "apparmor_parser -r /etc/apparmor.d/sandboxd /etc/apparmor.d/sandboxd-spawner /etc/apparmor.d/sandboxd-payload "
    "/etc/apparmor.d/sandboxd-payload-root";

TEST(AppArmorRules, SayWhatAppArmorIsAskedAbout) {
    EXPECT_EQ(judgeAppArmor(goodFacts()), (Finding{"apparmor", State::ok, "on, and asked about user namespaces", ""}));
    Facts facts = goodFacts();
    facts.host.appArmor.mediatesUserNamespaces = false;
    EXPECT_EQ(judgeAppArmor(facts).state, State::note);
}

TEST(AppArmorRules, NoteThatItIsOffAndNeedNoProfileThen) {
    Facts facts = goodFacts();
    facts.host.appArmor = {};
    EXPECT_EQ(judgeAppArmor(facts).state, State::note);
    EXPECT_NE(judgeAppArmor(facts).text.find("off"), std::string::npos);
    EXPECT_EQ(judgeProfiles(facts), (Finding{"profiles", State::ok, "not needed: AppArmor is off", ""}));
}

TEST(AppArmorRules, SeeAsRootThatAllProfilesAreEnforced) {
    EXPECT_EQ(judgeProfiles(factsOfRoot()), (Finding{"profiles", State::ok, "loaded and enforced", ""}));
}

TEST(AppArmorRules, NameProfilesThatAreMissingOrNotEnforced) {
    Facts facts = factsOfRoot();
    facts.host.appArmor.profiles = {
        {"sandboxd", "complain"}, {"sandboxd-payload", "enforce"}, {"sandboxd-payload-root", "enforce"}};
    EXPECT_EQ(judgeProfiles(facts), (Finding{"profiles", State::broken,
                                             "sandboxd is in mode complain, sandboxd-spawner is not loaded", load}));
}

TEST(AppArmorRules, TakeNoChildForItsParent) {
    Facts facts = factsOfRoot();
    facts.host.appArmor.profiles = {{"sandboxd", "enforce"},
                                    {"sandboxd-payload", "enforce"},
                                    {"sandboxd-payload-root", "enforce"},
                                    {"sandboxd-spawner//warden", "enforce"}};
    EXPECT_EQ(judgeProfiles(facts).text, "sandboxd-spawner is not loaded");
}

TEST(AppArmorRules, SayToInstallProfilesThatHaveNoFile) {
    Facts facts = factsOfRoot();
    facts.host.appArmor.profiles = std::vector<LoadedProfile>{};
    facts.host.appArmor.profileFiles = false;
    EXPECT_EQ(judgeProfiles(facts).remedy, "install sandboxd's profiles");
}

TEST(AppArmorRules, KnowForAUserWhatTheSandboxShowed) {
    EXPECT_EQ(judgeProfiles(goodFacts()),
              (Finding{"profiles", State::ok, "a payload runs under sandboxd-payload; the others: ask as root", ""}));
    Facts facts = goodFacts();
    facts.sandbox->label.clear();
    EXPECT_EQ(judgeProfiles(facts),
              (Finding{"profiles", State::warning, "the sandbox was not confined by AppArmor", load}));
}

TEST(AppArmorRules, AdmitThatAUserCannotKnow) {
    EXPECT_EQ(judgeProfiles(factsWithout()),
              (Finding{"profiles", State::note, "not readable for this user", "ask as root: sandboxctl doctor"}));
}

} // namespace
} // namespace sandboxd::ctl::doctor
