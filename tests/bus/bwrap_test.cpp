// sandbox-bwrap as programs meet it that know bubblewrap: output, exit status, and the messages that they look for.
#include "bus_test.hpp"

namespace sandboxd::bus_tests {
namespace {

// Whoever builds the sandbox: the parameter is the engine.
class Bwrap : public BusTest, public testing::WithParamInterface<const char*> {
protected:
    Bwrap() {
        if (GetParam() == std::string("native")) {
            environment_["DBUS_SYSTEM_BUS_ADDRESS"] = "unix:path=/nonexistent";
        }
    }

    // sandbox-bwrap with these arguments, from the user's home.
    Outcome run(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), bwrap_);
        return runAs(user_, Invocation{std::move(arguments), environment_, ""});
    }

    // A shell script that knows where sandbox-bwrap is.
    [[nodiscard]] Invocation script(const std::string& text) const { return {{"sh", "-c", text}, environment_, ""}; }

    // With all of the host read-only.
    Outcome onHost(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), {"--ro-bind", "/", "/", "--unshare-all"});
        return run(std::move(arguments));
    }

    static void expectFailure(const Outcome& outcome, const std::string& message) {
        EXPECT_EQ(outcome.status, 1);
        EXPECT_EQ(outcome.errors, message + "\n");
        EXPECT_EQ(outcome.output, "");
    }

    const std::string bwrap_ = built("client/frontends/bwrap/sandbox-bwrap");
    std::map<std::string, std::string> environment_{{"SANDBOXD_ENGINE", GetParam()}};
};

INSTANTIATE_TEST_SUITE_P(Engine, Bwrap, testing::Values("broker", "native"),
                         [](const auto& engine) { return std::string(engine.param); });

TEST_P(Bwrap, GivesTheOutputAndTheExitStatus) {
    const Outcome outcome = onHost({"sh", "-c", "echo out; echo err >&2; exit 7"});
    EXPECT_EQ(outcome.status, 7);
    EXPECT_EQ(outcome.output, "out\n");
    EXPECT_EQ(outcome.errors, "err\n");
    EXPECT_EQ(onHost({"sh", "-c", "kill -9 $$"}).status, 128 + 9);
}

TEST_P(Bwrap, SaysVersionAndHelp) {
    const Outcome version = run({"--version"});
    EXPECT_EQ(version.status, 0);
    EXPECT_EQ(version.output, "bubblewrap 0.11.1\n");
    EXPECT_NE(run({"--help"}).output.find("    --argv0 VALUE "), std::string::npos);
    const Outcome nothing = run({});
    EXPECT_EQ(nothing.status, 1);
    EXPECT_TRUE(nothing.errors.starts_with("usage: ")) << nothing.errors;
}

TEST_P(Bwrap, FailsInTheWordsThatCallersLookFor) {
    expectFailure(onHost({"--setenv", "PATH", "/usr/bin", "no-such-program"}),
                  "bwrap: execvp no-such-program: No such file or directory");
    expectFailure(onHost({"/etc/passwd"}), "bwrap: execvp /etc/passwd: Permission denied");
    expectFailure(run({"--unshare-all", "--ro-bind", "/no-such-place", "/", "true"}),
                  "bwrap: Can't find source path /no-such-place: No such file or directory");
    expectFailure(onHost({"--chdir", "/no-such-place", "true"}),
                  "bwrap: Can't chdir to /no-such-place: No such file or directory");
    expectFailure(onHost({"--no-such-option"}), "bwrap: Unknown option --no-such-option");
    expectFailure(onHost({"--level-prefix", "--chdir"}), "<3>bwrap: --chdir takes one argument");
}

TEST_P(Bwrap, StartsWhereTheCallerIsElseAtHomeElseAtTheRoot) {
    EXPECT_EQ(onHost({"pwd"}).output, user_.home + "\n");
    EXPECT_EQ(onHost({"--tmpfs", "/home", "sh", "-c", "pwd; echo $PWD"}).output, "/\n/\n");
    EXPECT_EQ(
        onHost({"--tmpfs", "/home", "--dir", "/tmp", "--setenv", "HOME", "/tmp", "sh", "-c", "pwd; echo $PWD"}).output,
        "/tmp\n/tmp\n");
    EXPECT_EQ(onHost({"--chdir", "/usr", "sh", "-c", "pwd; echo $PWD"}).output, "/usr\n/usr\n");
}

TEST_P(Bwrap, TriesTheNextDirectoryWhenItsGuessWasWrong) {
    // Seen from outside the link leads to the caller's directory; inside it leads nowhere.
    const Outcome outcome = run({"--unshare-all", "--ro-bind", "/usr", "/usr", "--symlink", "usr/lib", "/lib",
                                 "--symlink", "usr/lib64", "/lib64", "--symlink", "/nowhere", "/home", "/usr/bin/pwd"});
    EXPECT_EQ(outcome.errors, "");
    EXPECT_EQ(outcome.output, "/\n");
}

TEST_P(Bwrap, ChangesTheEnvironmentInOrder) {
    const std::vector<std::string> change{"--setenv", "A", "1", "--clearenv", "--setenv", "B",           "2",
                                          "--setenv", "C", "3", "--unsetenv", "C",        "/usr/bin/env"};
    EXPECT_EQ(onHost(change).output, "B=2\nPWD=" + user_.home + "\n");
}

TEST_P(Bwrap, BuildsTheRootThatIsAskedFor) {
    const Outcome outcome =
        run({"--unshare-all",
             "--ro-bind",
             "/usr",
             "/usr",
             "--symlink",
             "usr/bin",
             "/bin",
             "--symlink",
             "usr/lib",
             "/lib",
             "--symlink",
             "usr/lib64",
             "/lib64",
             "--proc",
             "/proc",
             "--dev",
             "/dev",
             "--perms",
             "1777",
             "--tmpfs",
             "/tmp",
             "--dir",
             "/var/empty",
             "--hostname",
             "box",
             "sh",
             "-c",
             "ls /; stat -c %a /tmp; cat /proc/sys/kernel/hostname; ls /var; readlink /bin; touch /usr/x"});
    EXPECT_EQ(outcome.output, "bin\ndev\nlib\nlib64\nproc\ntmp\nusr\nvar\n1777\nbox\nempty\nusr/bin\n");
    EXPECT_NE(outcome.errors.find("Read-only file system"), std::string::npos) << outcome.errors;
}

TEST_P(Bwrap, SharesWhatIsNotUnshared) {
    const std::string look = "readlink /proc/self/ns/pid /proc/self/ns/ipc /proc/self/ns/uts /proc/self/ns/net";
    const Outcome outside = runAs(user_, {"sh", "-c", look});
    EXPECT_EQ(run({"--ro-bind", "/", "/", "sh", "-c", look}).output, outside.output);
    EXPECT_EQ(run({"--ro-bind", "/", "/", "--proc", "/proc", "sh", "-c", look}).output, outside.output);
    EXPECT_NE(onHost({"--proc", "/proc", "sh", "-c", look}).output, outside.output);
}

TEST_P(Bwrap, MapsTheIdsThatAreAskedFor) {
    EXPECT_EQ(onHost({"sh", "-c", "id -u; id -g"}).output,
              std::to_string(user_.uid) + "\n" + std::to_string(user_.gid) + "\n");
    EXPECT_EQ(onHost({"--uid", "0", "--gid", "7", "sh", "-c", "id -u; id -g"}).output, "0\n7\n");
}

TEST_P(Bwrap, MakesTheCommandProcessOne) {
    EXPECT_EQ(onHost({"--as-pid-1", "--proc", "/proc", "sh", "-c", "echo $$; set -- /proc/[0-9]*; echo $#"}).output,
              "1\n1\n");
    EXPECT_EQ(onHost({"--as-pid-1", "sh", "-c", "exit 7"}).status, 7);
}

TEST_P(Bwrap, GivesTheCapabilitiesThatAreAskedForWhereItMay) {
    const std::string sets = "grep -E '^Cap(Prm|Eff|Bnd|Amb)' /proc/self/status | cut -f2 | sort -u";
    const std::vector<std::string> command{"--proc", "/proc", "--cap-add", "CAP_NET_RAW", "sh", "-c", sets};
    const Rules rules("if (action.id == \"org.sandboxd1.spawn-namespace-root\") return polkit.Result.YES;");
    EXPECT_EQ(onHost(command).output, "0000000000002000\n");
    EXPECT_EQ(onHost({"--proc", "/proc", "--cap-add", "ALL", "--cap-drop", "ALL", "sh", "-c", sets}).output,
              "0000000000000000\n");
    EXPECT_EQ(
        onHost({"--cap-add", "ALL", "--tmpfs", "/mnt", "sh", "-c", "mount -t tmpfs none /mnt && echo mounted"}).output,
        "mounted\n");
}

TEST_P(Bwrap, EndsWithTheProcessThatStartedIt) {
    Program shell(
        user_,
        script(bwrap_ + " --ro-bind / / --unshare-all --die-with-parent sh -c 'echo up; exec sleep 1000' & wait"));
    shell.awaitOutput("up\n");
    shell.signal(SIGKILL); // that nothing is left is checked behind every test
    EXPECT_EQ(shell.finish().status, -SIGKILL);
}

TEST_P(Bwrap, PassesSignalsOn) {
    Program program(user_, {{bwrap_, "--ro-bind", "/", "/", "--unshare-all", "sh", "-c",
                             "trap 'echo term; exit 3' TERM; echo up; while :; do sleep 1000 & wait; done"},
                            environment_,
                            ""});
    program.awaitOutput("up\n");
    program.signal(SIGTERM);
    const Outcome outcome = program.finish();
    EXPECT_EQ(outcome.status, 3);
    EXPECT_EQ(outcome.output, "up\nterm\n");
}

TEST_P(Bwrap, PassesInheritedDescriptors) {
    const Outcome outcome =
        runAs(user_, script("echo five | " + bwrap_ + " --ro-bind / / --unshare-all sh -c 'cat <&5' 5<&0 </dev/null"));
    EXPECT_EQ(outcome.output, "five\n");
}

} // namespace
} // namespace sandboxd::bus_tests
