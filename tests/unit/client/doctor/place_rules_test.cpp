#include "doctor/rules.hpp"
#include "good_facts.hpp"

#include <gtest/gtest.h>

namespace sandboxd::ctl::doctor {
namespace {

TEST(PlaceRules, SeeNoContainerOnAHost) {
    EXPECT_EQ(judgeContainer(goodFacts()), (Finding{"container", State::ok, "none seen", ""}));
}

TEST(PlaceRules, NoteAContainer) {
    Facts facts = factsWithout();
    facts.host.container = "lxc";
    EXPECT_EQ(judgeContainer(facts),
              (Finding{"container", State::note, "this is a container (lxc): its daemon must run in it, too", ""}));
}

TEST(PlaceRules, SayThatUserNamespacesAreNotServed) {
    Facts facts = factsWithout();
    facts.host.container = "podman";
    facts.host.initialUserNamespace = false;
    const Finding finding = judgeContainer(facts);
    EXPECT_EQ(finding.state, State::broken);
    EXPECT_EQ(finding.text, "this process is in a user namespace (podman): callers in one are not served");
}

TEST(PlaceRules, TellAChrootFromNoneAndFromWhatIsNotKnown) {
    Facts facts = factsWithout();
    EXPECT_EQ(judgeRoot(facts), (Finding{"chroot", State::ok, "none seen; root alone can be sure", ""}));
    facts.host.chrooted = false;
    EXPECT_EQ(judgeRoot(facts), (Finding{"chroot", State::ok, "none", ""}));
    facts.host.chrooted = true;
    EXPECT_EQ(judgeRoot(facts),
              (Finding{"chroot", State::broken, "this process is in a chroot: callers in one need polkit's leave",
                       "run it outside of the chroot"}));
}

TEST(PlaceRules, NameWhatCoversProc) {
    EXPECT_EQ(judgeProc(goodFacts()), (Finding{"proc", State::ok, "whole", ""}));
    Facts facts = factsWithout();
    facts.host.procCovers = {"/proc/kcore", "/proc/sys"};
    const Finding finding = judgeProc(facts);
    EXPECT_EQ(finding.state, State::broken);
    EXPECT_EQ(finding.text, "parts of /proc are covered (/proc/kcore, /proc/sys): the kernel lets no sandbox mount a "
                            "/proc of its own");
}

TEST(PlaceRules, MissProc) {
    Facts facts = factsWithout();
    facts.host.procMounted = false;
    EXPECT_EQ(judgeProc(facts).state, State::broken);
    EXPECT_EQ(judgeProc(facts).remedy, "mount -t proc proc /proc");
}

TEST(PlaceRules, SayWhatConfinesTheCaller) {
    Facts facts = factsWithout();
    facts.host.appArmor.ownLabel = "builder (enforce)";
    facts.host.filtered = true;
    facts.host.noNewPrivileges = true;
    const Finding finding = judgeCaller(facts);
    EXPECT_EQ(finding.state, State::broken);
    EXPECT_EQ(finding.text, "this process is confined by the AppArmor label builder (enforce), by a seccomp filter, by "
                            "no_new_privs: refused unless a polkit rule allows it");
    EXPECT_NE(finding.remedy.find("org.sandboxd1.spawn-confined-caller"), std::string::npos);
}

TEST(PlaceRules, KnowLabelsThatHoldNothingBack) {
    for (const char* label : {"", "unconfined", "vscode (unconfined)", "builder (complain)"}) {
        Facts facts = goodFacts();
        facts.host.appArmor.ownLabel = label;
        EXPECT_EQ(judgeCaller(facts), (Finding{"caller", State::ok, "nothing confines this process", ""})) << label;
    }
    for (const char* label : {"builder (enforce)", "a//&b (mixed)", "builder (kill)"}) {
        Facts facts = factsWithout();
        facts.host.appArmor.ownLabel = label;
        EXPECT_EQ(judgeCaller(facts).state, State::broken) << label;
    }
}

TEST(PlaceRules, OnlyWarnAConfinedCallerThatIsServed) {
    Facts facts = goodFacts();
    facts.host.filtered = true;
    EXPECT_EQ(judgeCaller(facts).state, State::warning);
}

} // namespace
} // namespace sandboxd::ctl::doctor
