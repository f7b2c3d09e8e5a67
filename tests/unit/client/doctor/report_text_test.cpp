#include "doctor/report_text.hpp"

#include "doctor/diagnose.hpp"
#include "good_facts.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace sandboxd::ctl::doctor {
namespace {

constexpr const char* goodReport =
    R"(ok       kernel           Linux 6.12.1
ok       namespace-limit  user.max_user_namespaces=7777
ok       restrictions     kernel.unprivileged_userns_clone=0: meant to be so, sandboxd needs no change of it
ok       seccomp          system call filters are there
ok       apparmor         on, and asked about user namespaces
ok       profiles         a payload runs under sandboxd-payload; the others: ask as root
ok       cgroup           v2 at /sys/fs/cgroup; a sandbox gets a group of its own
ok       pidfd            tells how a program ended
ok       container        none seen
ok       chroot           none seen; root alone can be sure
ok       proc             whole
ok       caller           nothing confines this process
ok       bus              dbus-daemon answers
ok       caller-proof     the bus gives a pidfd of a caller
ok       polkit           version 126
ok       actions          polkit knows 2 of ours
ok       units            sandboxd.service active, sandboxd-spawner.socket active
ok       daemon           version 0.1.0, 3 features
note     other-tools      bwrap, nsjail, unshare fail for this user: cannot make a user namespace: Operation not permitted (kernel.unprivileged_userns_clone=0)
                          -> sandboxctl run works without
ok       sandbox          true ran in one
sandboxes work here
)";

TEST(ReportText, OfAGoodHostIsExactlyThis) {
    EXPECT_EQ(textReport(diagnose(goodFacts())), goodReport);
}

TEST(ReportText, FitsOnOneScreen) {
    const std::string report = textReport(diagnose(goodFacts()));
    EXPECT_LE(std::count(report.begin(), report.end(), '\n'), 24);
}

TEST(ReportText, PutsTheRemedyBelowWhatIsBroken) {
    EXPECT_EQ(textReport({{"polkit", State::broken, "does not answer", "install polkitd"}}),
              "broken   polkit           does not answer\n"
              "                          -> install polkitd\n"
              "sandboxes do not work here\n");
}

TEST(ReportText, ClaimsNothingThatWasNotTried) {
    const std::string report = textReport(diagnose(factsOfRoot()));
    EXPECT_TRUE(report.ends_with("\nnothing here speaks against sandboxes; none was tried\n")) << report;
}

TEST(ReportText, NamesEveryState) {
    EXPECT_EQ(nameOf(State::ok), "ok");
    EXPECT_EQ(nameOf(State::note), "note");
    EXPECT_EQ(nameOf(State::warning), "warning");
    EXPECT_EQ(nameOf(State::broken), "broken");
}

TEST(ReportText, DrivesNoTerminal) {
    const std::string report = textReport({{"bus", State::note, "a\x1b[31m\nb", "c\rd"}});
    EXPECT_NE(report.find("a\\x1b[31m\\x0ab"), std::string::npos) << report;
    EXPECT_NE(report.find("c\\x0dd"), std::string::npos) << report;
}

} // namespace
} // namespace sandboxd::ctl::doctor
