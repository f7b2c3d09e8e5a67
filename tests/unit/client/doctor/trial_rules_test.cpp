#include "doctor/rules.hpp"
#include "good_facts.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace sandboxd::ctl::doctor {
namespace {

TEST(TrialRules, SayThatOtherToolsWorkWhereTheyDo) {
    Facts facts = goodFacts();
    facts.namespaces = NamespaceTrial{};
    EXPECT_EQ(judgeOtherTools(facts),
              (Finding{"other-tools", State::ok, "bwrap, nsjail, unshare work for this user as well", ""}));
}

TEST(TrialRules, SayThatOtherToolsFailAndWhatWorks) {
    EXPECT_EQ(
        judgeOtherTools(goodFacts()),
        (Finding{"other-tools", State::note,
                 "bwrap, nsjail, unshare fail for this user: cannot make a user namespace: Operation not permitted "
                 "(kernel.unprivileged_userns_clone=0)",
                 "sandboxctl run works without"}));
    Facts facts = factsWithout();
    EXPECT_EQ(judgeOtherTools(facts).remedy, "");
}

TEST(TrialRules, TryNothingAsRoot) {
    EXPECT_EQ(judgeOtherTools(factsOfRoot()).remedy, "sandboxctl --as USER doctor");
    EXPECT_EQ(judgeSandbox(factsOfRoot()),
              (Finding{"sandbox", State::note, "not tried: root gets no sandbox", "sandboxctl --as USER doctor"}));
}

struct ReasonRow {
    void (*change)(HostFacts&);
    NamespaceTrial trial;
    const char* reason;
};

const ReasonRow reasonRows[] = {
    {[](HostFacts&) {}, {NamespaceStep::userNamespace, 0}, "something killed the process"},
    {[](HostFacts& host) { host.maxUserNamespaces = 0; },
     {NamespaceStep::userNamespace, ENOSPC},
     "(user.max_user_namespaces=0)"},
    {[](HostFacts&) {}, {NamespaceStep::userNamespace, ENOSPC}, "the limit user.max_user_namespaces is reached"},
    {[](HostFacts&) {}, {NamespaceStep::userNamespace, EINVAL}, "a kernel without them"},
    {[](HostFacts&) {}, {NamespaceStep::userNamespace, ENOSYS}, "a kernel without them"},
    {[](HostFacts& host) { host.procCovers = {"/proc/kcore"}; },
     {NamespaceStep::proc, EPERM},
     "parts of /proc are covered"},
    {[](HostFacts& host) { host.unprivilegedUsernsClone = 0; },
     {NamespaceStep::userNamespace, EPERM},
     "kernel.unprivileged_userns_clone=0"},
    {[](HostFacts& host) { host.chrooted = true; }, {NamespaceStep::userNamespace, EPERM}, "in a chroot"},
    {[](HostFacts& host) { host.appArmorRestrictsUserns = 1; },
     {NamespaceStep::mountNamespace, EPERM},
     "kernel.apparmor_restrict_unprivileged_userns"},
    {[](HostFacts& host) { host.appArmorRestrictsUserns = 1; },
     {NamespaceStep::identityMap, EACCES},
     "kernel.apparmor_restrict_unprivileged_userns"},
    {[](HostFacts& host) { host.appArmor.ownLabel = "builder (enforce)"; },
     {NamespaceStep::userNamespace, EACCES},
     "the AppArmor label of this process, builder (enforce)"},
    {[](HostFacts& host) { host.appArmor.ownLabel = "builder (enforce)"; },
     {NamespaceStep::tmpfs, EPERM},
     "the AppArmor label of this process, builder (enforce)"},
    {[](HostFacts& host) { host.filtered = true; }, {NamespaceStep::userNamespace, EPERM}, "a seccomp filter"},
    {[](HostFacts&) {}, {NamespaceStep::userNamespace, EPERM}, "perhaps a chroot"},
    {[](HostFacts&) {}, {NamespaceStep::tmpfs, EPERM}, "(not known why)"},
};

TEST(TrialRules, NameTheReasonThatTheFactsGive) {
    for (const ReasonRow& row : reasonRows) {
        Facts facts = goodFacts();
        facts.host.unprivilegedUsernsClone.reset();
        row.change(facts.host);
        facts.namespaces = row.trial;
        EXPECT_NE(judgeOtherTools(facts).text.find(row.reason), std::string::npos) << judgeOtherTools(facts);
    }
}

TEST(TrialRules, NameTheStepThatFailed) {
    constexpr int count = static_cast<int>(NamespaceStep::done);
    std::vector<std::string> texts;
    for (int number = 0; number < count; ++number) {
        Facts facts = goodFacts();
        facts.namespaces = NamespaceTrial{static_cast<NamespaceStep>(number), E2BIG};
        const std::string text = judgeOtherTools(facts).text;
        EXPECT_EQ(std::count(texts.begin(), texts.end(), text), 0) << text;
        texts.push_back(text);
    }
}

TEST(TrialRules, SayThatASandboxRan) {
    EXPECT_EQ(judgeSandbox(goodFacts()), (Finding{"sandbox", State::ok, "true ran in one", ""}));
}

struct RemedyRow {
    const char* errorName;
    const char* remedy;
};

TEST(TrialRules, GiveTheErrorOfASandboxAndTheRemedyOfItsKind) {
    for (const RemedyRow& row : {RemedyRow{"org.freedesktop.DBus.Error.AccessDenied", "pkaction"},
                                 {"org.freedesktop.DBus.Error.InteractiveAuthorizationRequired", "password"},
                                 {"org.sandboxd1.Error.AuthorityUnavailable", "polkit and actions"},
                                 {"org.sandboxd1.Error.CallerConfined", "chroot"},
                                 {"org.sandboxd1.Error.RateLimited", "wait"},
                                 {"org.sandboxd1.Error.Busy", "wait"},
                                 {"org.freedesktop.DBus.Error.LimitsExceeded", "kill --all"},
                                 {"org.sandboxd1.Error.SetupFailed", "journalctl"},
                                 {"", "above"}}) {
        const Finding finding = judgeSandbox(factsWithout(row.errorName, "the stage: the reason"));
        EXPECT_EQ(finding.state, State::broken);
        EXPECT_EQ(finding.text, "the stage: the reason");
        EXPECT_NE(finding.remedy.find(row.remedy), std::string::npos) << finding;
    }
}

} // namespace
} // namespace sandboxd::ctl::doctor
