#include "doctor/rules.hpp"
#include "good_facts.hpp"

#include <gtest/gtest.h>

namespace sandboxd::ctl::doctor {
namespace {

TEST(HostRules, NameTheKernel) {
    EXPECT_EQ(judgeKernel(goodFacts()), (Finding{"kernel", State::ok, "Linux 6.12.1", ""}));
}

TEST(HostRules, AdmitThatTheKernelIsNotKnownWithoutProc) {
    Facts facts = goodFacts();
    facts.host.kernel.clear();
    EXPECT_EQ(judgeKernel(facts).state, State::note);
}

TEST(HostRules, TellTheLimitOfUserNamespaces) {
    EXPECT_EQ(judgeNamespaceLimit(goodFacts()),
              (Finding{"namespace-limit", State::ok, "user.max_user_namespaces=7777", ""}));
}

TEST(HostRules, SayThatALimitOfZeroStopsEverybody) {
    Facts facts = factsWithout();
    facts.host.maxUserNamespaces = 0;
    EXPECT_EQ(judgeNamespaceLimit(facts),
              (Finding{"namespace-limit", State::broken,
                       "user.max_user_namespaces=0: nobody can make a user namespace, root and sandboxd included",
                       "sysctl user.max_user_namespaces=15000, and look for the file in /etc/sysctl.d that says 0"}));
}

TEST(HostRules, BelieveASandboxThatRanMoreThanALimitOfZero) {
    Facts facts = goodFacts();
    facts.host.maxUserNamespaces = 0;
    EXPECT_EQ(judgeNamespaceLimit(facts).state, State::warning);
}

TEST(HostRules, AdmitThatALimitThatCannotBeReadIsNotKnown) {
    Facts facts = goodFacts();
    facts.host.maxUserNamespaces.reset();
    EXPECT_EQ(judgeNamespaceLimit(facts).state, State::note);
}

struct RestrictionRow {
    std::optional<std::uint64_t> clone;
    std::optional<std::uint64_t> appArmor;
    const char* text;
};

TEST(HostRules, NameTheSysctlsThatRestrictUsersAndFindThemGood) {
    constexpr const char* none = "no sysctl keeps users from making user namespaces";
    const std::string meant = ": meant to be so, sandboxd needs no change of it";
    for (const RestrictionRow& row : {RestrictionRow{std::nullopt, std::nullopt, ""},
                                      {1, 0, ""},
                                      {0, std::nullopt, "kernel.unprivileged_userns_clone=0"},
                                      {std::nullopt, 1, "kernel.apparmor_restrict_unprivileged_userns=1"},
                                      {0, 2,
                                       "kernel.unprivileged_userns_clone=0, "
                                       "kernel.apparmor_restrict_unprivileged_userns=2"}}) {
        Facts facts = goodFacts();
        facts.host.unprivilegedUsernsClone = row.clone;
        facts.host.appArmorRestrictsUserns = row.appArmor;
        const std::string text = row.text;
        EXPECT_EQ(judgeRestrictions(facts),
                  (Finding{"restrictions", State::ok, text.empty() ? none : text + meant, ""}));
    }
}

TEST(HostRules, MissSeccomp) {
    EXPECT_EQ(judgeSeccomp(goodFacts()).state, State::ok);
    Facts facts = factsWithout();
    facts.host.kernelHasSeccomp = false;
    EXPECT_EQ(judgeSeccomp(facts).state, State::broken);
    EXPECT_NE(judgeSeccomp(facts).remedy.find("CONFIG_SECCOMP_FILTER"), std::string::npos);
}

TEST(HostRules, TellWhereControlGroupsAre) {
    EXPECT_EQ(judgeCgroups(goodFacts()),
              (Finding{"cgroup", State::ok, "v2 at /sys/fs/cgroup; a sandbox gets a group of its own", ""}));
    EXPECT_EQ(judgeCgroups(factsOfRoot()).text, "v2 at /sys/fs/cgroup");
}

TEST(HostRules, TakeTheFirstWritableTreeOfControlGroups) {
    Facts facts = factsOfRoot();
    facts.host.cgroups = {{"/one", false}, {"/two", true}};
    EXPECT_EQ(judgeCgroups(facts), (Finding{"cgroup", State::ok, "v2 at /two", ""}));
}

TEST(HostRules, WarnWithoutControlGroups) {
    Facts facts = goodFacts();
    facts.host.cgroups.clear();
    EXPECT_EQ(judgeCgroups(facts),
              (Finding{"cgroup", State::warning,
                       "no cgroup v2 is mounted: limits, and the kill of a whole sandbox at once, are missing",
                       "mount -t cgroup2 none /sys/fs/cgroup"}));
    facts.host.cgroups = {{"/sys/fs/cgroup", false}};
    EXPECT_EQ(judgeCgroups(facts).state, State::warning);
    EXPECT_EQ(judgeCgroups(facts).remedy, "mount -o remount,rw /sys/fs/cgroup");
}

TEST(HostRules, WarnWhenTheSandboxGotNoControlGroup) {
    Facts facts = goodFacts();
    facts.sandbox->ownCgroup = false;
    EXPECT_EQ(judgeCgroups(facts).state, State::warning);
    EXPECT_EQ(judgeCgroups(facts).remedy, "systemctl status sandboxd-sandboxes.service");
}

TEST(HostRules, NoteAKernelWhosePidfdsDoNotTellTheExitStatus) {
    EXPECT_EQ(judgePidfds(goodFacts()).state, State::ok);
    Facts facts = goodFacts();
    facts.pidfdTellsExit = false;
    EXPECT_EQ(judgePidfds(facts).state, State::note);
    EXPECT_NE(judgePidfds(facts).text.find("6.15"), std::string::npos);
}

} // namespace
} // namespace sandboxd::ctl::doctor
