// sandboxctl doctor where all is well, and where one thing after the other is not.
#include "bus_test.hpp"

#include <nlohmann/json.hpp>

namespace sandboxd::bus_tests {
namespace {

User root() {
    User user;
    user.name = "root";
    user.home = "/";
    return user;
}

class Doctor : public BusTest {
protected:
    Outcome examine() const { return runAs(user_, {"sandboxctl", "doctor"}); }

    // A shell script as root in a mount namespace of its own; $ids and "$become COMMAND" are this test's user.
    Outcome script(const std::string& text) const {
        const std::string id = std::to_string(user_.uid);
        return runAs(root(), {{"unshare", "--mount", "sh", "-euc", text},
                              {{"ids", id + ":" + id},
                               {"become", "setpriv --reuid " + id + " --regid " + id + " --clear-groups"}},
                              ""});
    }
};

// The line of one finding, "" if there is none.
std::string lineOf(const Outcome& outcome, const std::string& name) {
    for (const std::string& line : linesOf(outcome.output)) {
        if (line.find(" " + name + " ") != std::string::npos && line.find(name) == 9) {
            return line;
        }
    }
    return "";
}

void expectLine(const Outcome& outcome, const std::string& state, const std::string& name, const std::string& text) {
    const std::string line = lineOf(outcome, name);
    EXPECT_TRUE(line.starts_with(state + " ")) << outcome.output << outcome.errors;
    EXPECT_NE(line.find(text), std::string::npos) << outcome.output << outcome.errors;
}

void expectVerdict(const Outcome& outcome, int status, const std::string& verdict) {
    EXPECT_EQ(outcome.status, status) << outcome.errors;
    EXPECT_EQ(outcome.errors, "");
    const std::vector<std::string> lines = linesOf(outcome.output);
    ASSERT_FALSE(lines.empty());
    EXPECT_EQ(lines.back(), verdict) << outcome.output;
}

void expectGood(const Outcome& outcome) {
    expectVerdict(outcome, 0, "sandboxes work here");
}

void expectBad(const Outcome& outcome) {
    expectVerdict(outcome, 1, "sandboxes do not work here");
}

TEST_F(Doctor, SaysThatSandboxesWorkWhereTheyDo) {
    const Outcome outcome = examine();
    expectGood(outcome);
    expectLine(outcome, "ok", "kernel", "Linux ");
    expectLine(outcome, "ok", "bus", "dbus-daemon answers");
    expectLine(outcome, "ok", "polkit", "version 1");
    expectLine(outcome, "ok", "actions", "polkit knows 11 of ours");
    expectLine(outcome, "ok", "daemon", "version 0.1.0");
    expectLine(outcome, "ok", "sandbox", "true ran in one");
    EXPECT_EQ(outcome.output.find("broken"), std::string::npos) << outcome.output;
}

TEST_F(Doctor, SaysTheSameInJson) {
    const Outcome outcome = runAs(user_, {"sandboxctl", "doctor", "--json"});
    EXPECT_EQ(outcome.status, 0) << outcome.errors;
    const auto report = nlohmann::json::parse(outcome.output);
    EXPECT_EQ(report.at("works"), true);
    const Outcome text = examine();
    for (const auto& finding : report.at("findings")) {
        expectLine(text, finding.at("state"), finding.at("name"), finding.at("text"));
    }
}

TEST_F(Doctor, AsRootTriesNothingAndNamesAs) {
    const Outcome outcome = runAs(root(), {"sandboxctl", "doctor"});
    expectVerdict(outcome, 0, "nothing here speaks against sandboxes; none was tried");
    expectLine(outcome, "note", "sandbox", "root gets no sandbox");
    EXPECT_NE(outcome.output.find("-> sandboxctl --as USER doctor"), std::string::npos) << outcome.output;
}

TEST_F(Doctor, AsAUserTriesASandboxOfThatUser) {
    const Outcome outcome = runAs(root(), {"sandboxctl", "--as", user_.name, "doctor"});
    expectGood(outcome);
    expectLine(outcome, "ok", "sandbox", "true ran in one");
}

TEST_F(Doctor, MissesTheBus) {
    const Outcome outcome =
        runAs(user_, {{"sandboxctl", "doctor"}, {{"DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/no/such/bus"}}, ""});
    expectBad(outcome);
    expectLine(outcome, "broken", "bus", "cannot connect to the system bus");
    expectLine(outcome, "note", "polkit", "not known without a bus");
    expectLine(outcome, "broken", "sandbox", "cannot connect to the system bus");
}

TEST_F(Doctor, MissesThePolkitAndTheDaemonOfABusThatHasNeither) {
    const Outcome outcome = runAs(user_, {"dbus-run-session", "--", "sh", "-c",
                                          "DBUS_SYSTEM_BUS_ADDRESS=$DBUS_SESSION_BUS_ADDRESS exec sandboxctl doctor"});
    expectBad(outcome);
    expectLine(outcome, "ok", "bus", "answers");
    expectLine(outcome, "broken", "polkit", "does not answer");
    expectLine(outcome, "note", "actions", "not known without polkit");
    expectLine(outcome, "broken", "daemon", "does not answer");
    expectLine(outcome, "broken", "sandbox", "org.sandboxd1");
}

TEST_F(Doctor, SendsAUserWhomPolkitRefusesToTheRules) {
    const Rules rules(answerSpawnOf(user_.name, "NO"));
    const Outcome outcome = examine();
    expectBad(outcome);
    expectLine(outcome, "ok", "polkit", "version");
    expectLine(outcome, "broken", "sandbox", "");
    EXPECT_NE(outcome.output.find("pkaction --verbose"), std::string::npos) << outcome.output;
}

TEST_F(Doctor, NeverAsksForAPassword) {
    const Rules rules(answerSpawnOf(user_.name, "AUTH_SELF"));
    const Outcome outcome = examine();
    expectBad(outcome);
    EXPECT_NE(outcome.output.find("wants a password"), std::string::npos) << outcome.output;
}

TEST_F(Doctor, SaysWhatConfinesTheCaller) {
    const Outcome outcome = runAs(user_, {"setpriv", "--no-new-privs", "sandboxctl", "doctor"});
    expectBad(outcome);
    expectLine(outcome, "broken", "caller", "by no_new_privs");
    expectLine(outcome, "broken", "sandbox", "");
}

TEST_F(Doctor, SaysThatNoUserNamespaceIsLeft) {
    const Outcome outcome = runAs(user_, {"unshare", "--user", "--map-current-user", "--keep-caps", "sh", "-euc",
                                          "echo 0 >/proc/sys/user/max_user_namespaces; exec sandboxctl doctor"});
    expectBad(outcome);
    expectLine(outcome, "broken", "namespace-limit", "user.max_user_namespaces=0");
    expectLine(outcome, "broken", "container", "in a user namespace");
    expectLine(outcome, "note", "other-tools",
               "cannot make a user namespace: No space left on device (user.max_user_namespaces=0)");
}

TEST_F(Doctor, SaysThatOtherToolsWork) {
    expectLine(examine(), "ok", "other-tools", "bwrap, nsjail, unshare work for this user");
}

TEST_F(Doctor, KnowsAChroot) {
    const Outcome outcome = script(R"sh(
        new=/run/doctor-chroot
        mkdir -p "$new"
        mount -t tmpfs tmpfs "$new"
        mkdir -p "$new/root/proc" "$new/root/run/dbus" "$new/root/bin"
        mount --rbind /proc "$new/root/proc"
        mount --bind /run/dbus "$new/root/run/dbus"
        cp "$(command -v sandboxctl)" "$new/root/bin"
        for libraries in usr lib lib64; do # of a sandboxctl that is not static, as sanitizers want it
            if [ -e "/$libraries" ]; then mkdir "$new/root/$libraries"; mount --bind "/$libraries" "$new/root/$libraries"; fi
        done
        exec chroot --userspec="$ids" "$new/root" /bin/sandboxctl doctor)sh");
    expectBad(outcome);
    expectLine(outcome, "broken", "chroot", "in a chroot");
    expectLine(outcome, "note", "other-tools", "a process in a chroot may not");
    expectLine(outcome, "broken", "sandbox", "root directory is not the system's");
}

TEST_F(Doctor, KnowsAMaskedProc) {
    const Rules rules("if (subject.user == \"" + user_.name + "\") return polkit.Result.YES;");
    const Outcome outcome = script("mount --bind /dev/null /proc/version; exec $become sandboxctl doctor");
    expectBad(outcome);
    expectLine(outcome, "broken", "proc", "/proc/version");
    expectLine(outcome, "note", "other-tools", "cannot mount a new /proc");
    expectLine(outcome, "broken", "sandbox", "proc");
}

class NoPolkitDoctor : public Doctor {};

TEST_F(NoPolkitDoctor, MissesPolkit) {
    const Outcome outcome = examine();
    expectBad(outcome);
    expectLine(outcome, "broken", "polkit", "does not answer");
    expectLine(outcome, "ok", "daemon", "version");
    expectLine(outcome, "broken", "sandbox", "");
    EXPECT_NE(outcome.output.find("-> install polkitd"), std::string::npos) << outcome.output;
}

class NoActionsDoctor : public Doctor {};

TEST_F(NoActionsDoctor, MissesTheActions) {
    const Outcome outcome = examine();
    expectBad(outcome);
    expectLine(outcome, "ok", "polkit", "version");
    expectLine(outcome, "broken", "actions", "polkit does not know org.sandboxd1.spawn");
    expectLine(outcome, "ok", "daemon", "version");
}

class NoCgroupDoctor : public Doctor {};

TEST_F(NoCgroupDoctor, WarnsAndFindsThatSandboxesWork) {
    const Outcome outcome = examine();
    expectGood(outcome);
    expectLine(outcome, "warning", "cgroup", "read-only");
}

} // namespace
} // namespace sandboxd::bus_tests
