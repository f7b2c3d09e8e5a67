// `sandboxctl run` as a new user meets it: what is safe without options, and what each option does.
#include "bus_test.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace sandboxd::bus_tests {
namespace {

namespace fs = std::filesystem;

class Run : public BusTest {
protected:
    Run() {
        asUser(user_, [this] { fs::create_directories(project_); });
    }

    // `sandboxctl run` with these arguments, from a directory that may be exposed.
    Outcome run(std::vector<std::string> arguments, std::map<std::string, std::string> environment = {}) const {
        arguments.insert(arguments.begin(), {"sandboxctl", "run"});
        return runAs(user_, Invocation{std::move(arguments), std::move(environment), project_});
    }

    Outcome runIn(const std::string& directory, const std::string& script) const {
        asUser(user_, [&] { fs::create_directories(directory); });
        return runAs(user_, Invocation{{"sandboxctl", "run", "--", "sh", "-c", script}, {}, directory});
    }

    // The output of a shell script run with these options; expects that nothing is said on stderr.
    std::string script(const std::string& text, std::vector<std::string> options = {}) const {
        options.insert(options.end(), {"--", "sh", "-c", text});
        const Outcome outcome = run(options);
        EXPECT_EQ(outcome.errors, "");
        return outcome.output;
    }

    const std::string project_ = user_.home + "/project";
};

TEST_F(Run, GivesTheOutputAndNothingElse) {
    const Outcome outcome = run({"echo", "hello"});
    EXPECT_EQ(outcome.status, 0);
    EXPECT_EQ(outcome.output, "hello\n");
    EXPECT_EQ(outcome.errors, "");
}

TEST_F(Run, StandardInputAndErrorAreTheCallers) {
    const Outcome outcome = runAs(
        user_, Invocation{{"sh", "-c", "echo in | sandboxctl run -- sh -c 'cat; echo to stderr >&2'"}, {}, project_});
    EXPECT_EQ(outcome.status, 0);
    EXPECT_EQ(outcome.output, "in\n");
    EXPECT_EQ(outcome.errors, "to stderr\n");
}

TEST_F(Run, MapRootIsALookAndNoRight) {
    EXPECT_EQ(script("id -u; id -g; mount -t tmpfs none /tmp 2>/dev/null || echo refused; echo mine > $PWD/file",
                     {"--map-root"}),
              "0\n0\nrefused\n");
    EXPECT_EQ(readFile(project_ + "/file"), "mine\n");
}

TEST_F(Run, GivesTheIdentityAndTheCapabilitiesThatAreNamed) {
    EXPECT_EQ(script("tr -s ' ' < /proc/self/uid_map", {"--identity", "host"}), " 0 0 4294967295\n");
    EXPECT_EQ(script("echo $$", {"--no-init"}), "1\n");
    const Rules rules("if (action.id == \"org.sandboxd1.spawn-namespace-root\" || "
                      "action.id == \"org.sandboxd1.spawn-nested-userns\") return polkit.Result.YES;");
    EXPECT_EQ(script("grep CapEff /proc/self/status | cut -f2", {"--cap", "chown"}), "0000000000000001\n");
    EXPECT_EQ(script("mount -t tmpfs none /tmp && echo mounted", {"--identity=namespace-root"}), "mounted\n");
    EXPECT_EQ(script("unshare -Ur id -u", {"--nested-userns"}), "0\n");
}

TEST_F(Run, SharesTheNamespacesThatAreNamed) {
    const std::string links = "readlink /proc/self/ns/pid /proc/self/ns/ipc /proc/self/ns/uts";
    const Outcome outside = runAs(user_, Invocation{{"sh", "-c", links}, {}, project_});
    EXPECT_EQ(script(links, {"--share", "pid", "--share", "ipc", "--share", "uts"}), outside.output);
    EXPECT_EQ(linesOf(outside.output).size(), 3U);
    for (const std::string& name : linesOf(script(links))) {
        EXPECT_EQ(outside.output.find(name), std::string::npos) << name;
    }
}

TEST_F(Run, TheSystemIsReadOnly) {
    EXPECT_EQ(script("for d in /usr /etc /bin; do touch $d/x 2>/dev/null && echo $d; done; ls -d /usr /etc"),
              "/etc\n/usr\n");
}

TEST_F(Run, TmpVarTmpAndRunArePrivateAndEmpty) {
    EXPECT_EQ(script("ls -A /tmp /var/tmp /run; touch /tmp/x /var/tmp/x && ls /tmp"),
              "/run:\n\n/tmp:\n\n/var/tmp:\nx\n");
    EXPECT_FALSE(fs::exists("/tmp/x"));
}

TEST_F(Run, HomeIsEmptyButForTheProject) {
    asUser(user_, [this] { std::ofstream(user_.home + "/secret") << "secret"; });
    EXPECT_EQ(script("ls -A $HOME; touch $HOME/new && echo writable"), "project\nwritable\n");
    EXPECT_FALSE(fs::exists(user_.home + "/new"));
}

TEST_F(Run, TheProjectIsReadWriteAndTheWorkingDirectory) {
    EXPECT_EQ(script("pwd; echo made > file"), project_ + "\n");
    EXPECT_EQ(readFile(project_ + "/file"), "made\n");
}

void expectHidden(const Outcome& outcome, const std::string& directory) {
    EXPECT_EQ(outcome.status, 0) << outcome.errors;
    EXPECT_EQ(outcome.output, "hidden\n");
    const std::vector<std::string> lines = linesOf(outcome.errors);
    ASSERT_EQ(lines.size(), 1U) << outcome.errors;
    EXPECT_NE(lines[0].find("--bind"), std::string::npos) << lines[0];
    EXPECT_NE(lines[0].find(directory), std::string::npos) << lines[0];
}

TEST_F(Run, HomeItselfIsNotExposedAndOneLineSaysHow) {
    asUser(user_, [this] { std::ofstream(user_.home + "/secret") << "secret"; });
    expectHidden(runIn(user_.home, "test -e $HOME/secret || echo hidden"), user_.home);
}

TEST_F(Run, ADotDirectoryIsNotExposedAndOneLineSaysHow) {
    const std::string directory = user_.home + "/.config/tool";
    expectHidden(runIn(directory, "test -e $HOME/.config || echo hidden"), directory);
}

TEST_F(Run, ADirectoryOutsideHomeIsNotExposedAndOneLineSaysHow) {
    const std::string directory = "/tmp/bus-test-outside-" + user_.name;
    expectHidden(runIn(directory, "test -e " + directory + " || echo hidden"), directory);
    fs::remove_all(directory);
}

TEST_F(Run, DeviceFilesAreTheHarmlessOnes) {
    const std::vector<std::string> present = linesOf(script("ls /dev"));
    for (const char* name : {"null", "zero", "full", "random", "urandom", "tty", "pts", "shm"}) {
        EXPECT_NE(std::find(present.begin(), present.end(), name), present.end()) << name;
    }
    for (const char* name : {"mem", "kmsg", "sda", "vda", "kvm", "fuse"}) {
        EXPECT_EQ(std::find(present.begin(), present.end(), name), present.end()) << name;
    }
}

TEST_F(Run, ProcShowsTheSandboxOnly) {
    EXPECT_EQ(script("set -- /proc/[0-9]*; echo $#"), "2\n");
}

TEST_F(Run, PrivilegesAreGone) {
    EXPECT_EQ(script("grep -E '^(CapInh|CapPrm|CapEff|CapBnd|CapAmb|NoNewPrivs|Seccomp):' /proc/self/status"),
              "CapInh:\t0000000000000000\nCapPrm:\t0000000000000000\nCapEff:\t0000000000000000\n"
              "CapBnd:\t0000000000000000\nCapAmb:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\n");
}

TEST_F(Run, TheNetworkIsALoopbackOfItsOwn) {
    EXPECT_EQ(script("ls /sys/class/net 2>/dev/null; tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '"), "lo\n");
}

TEST_F(Run, NetworkNoneHasNothingUp) {
    // The line of a loopback interface that is up has the local address in /proc/net/fib_trie.
    EXPECT_EQ(script("grep -c 127.0.0.1 /proc/net/fib_trie", {"--network", "none"}), "0\n");
    EXPECT_NE(script("grep -c 127.0.0.1 /proc/net/fib_trie", {"--network", "loopback"}), "0\n");
}

TEST_F(Run, NetworkHostIsTheCallers) {
    EXPECT_EQ(script("readlink /proc/self/ns/net", {"--network", "host"}),
              fs::read_symlink("/proc/self/ns/net").string() + "\n");
}

TEST_F(Run, NamespacesAreNew) {
    for (const char* name : {"user", "mnt", "pid", "ipc", "uts", "cgroup", "net"}) {
        const std::string link = std::string("/proc/self/ns/") + name;
        EXPECT_NE(script("readlink " + link), fs::read_symlink(link).string() + "\n") << name;
    }
}

TEST_F(Run, SecretsLeaveTheEnvironmentAndTheRestStays) {
    const std::map<std::string, std::string> environment{{"KEPT", "1"},
                                                         {"GITHUB_TOKEN", "x"},
                                                         {"APP_SECRET", "x"},
                                                         {"DB_PASSWORD", "x"},
                                                         {"API_KEY", "x"},
                                                         {"SSH_AUTH_SOCK", "x"},
                                                         {"DBUS_SESSION_BUS_ADDRESS", "x"},
                                                         {"XDG_RUNTIME_DIR", "/x"},
                                                         {"KEYBOARD", "us"}};
    const auto names = [&](const std::vector<std::string>& options) {
        std::vector<std::string> arguments = options;
        arguments.insert(arguments.end(), {"--", "env"});
        return run(arguments, environment).output;
    };
    const std::string filtered = names({});
    const std::string kept = names({"--keep-env"});
    for (const auto& [name, value] : environment) {
        const bool harmless = name == "KEPT" || name == "KEYBOARD";
        EXPECT_EQ(filtered.find(name + "=") != std::string::npos, harmless) << name;
        EXPECT_NE(kept.find(name + "=" + value), std::string::npos) << name;
    }
}

TEST_F(Run, EnvironmentOptionsApplyInTheirOrder) {
    EXPECT_EQ(
        run({"--clearenv", "--setenv", "A", "1", "--setenv", "B", "2", "--unsetenv", "A", "--", "/usr/bin/env"}).output,
        "B=2\n");
}

TEST_F(Run, BindIsWritableAndRoBindIsNot) {
    const std::string data = user_.home + "/data";
    asUser(user_, [&] { fs::create_directories(data); });
    EXPECT_EQ(script("touch /a/made && ls /b; touch /b/x 2>/dev/null || echo read-only",
                     {"--bind", data, "/a", "--ro-bind", data, "/b"}),
              "made\nread-only\n");
    EXPECT_TRUE(fs::exists(data + "/made"));
}

TEST_F(Run, TmpfsDirAndSymlinkAreMade) {
    EXPECT_EQ(script("touch /t/x && ls /t; test -d /d && echo directory; readlink /l",
                     {"--tmpfs", "/t", "--dir", "/d", "--symlink", "t/x", "/l"}),
              "x\ndirectory\nt/x\n");
}

TEST_F(Run, ChdirAndHostnameApply) {
    EXPECT_EQ(script("pwd; hostname", {"--chdir", "/usr", "--hostname", "inside"}), "/usr\ninside\n");
}

TEST_F(Run, WhatItStartsCannotMakeUserNamespaces) {
    EXPECT_EQ(script("unshare -Ur true 2>/dev/null || echo refused"), "refused\n");
}

} // namespace
} // namespace sandboxd::bus_tests
