// sandbox-bwrap as programs meet it that know bubblewrap: output, exit status, and the messages that they look for.
#include "bus_test.hpp"

namespace sandboxd::bus_tests {
namespace {

class Bwrap : public BusTest {
protected:
    // sandbox-bwrap with these arguments, from the user's home.
    Outcome run(std::vector<std::string> arguments, std::map<std::string, std::string> environment = {}) const {
        arguments.insert(arguments.begin(), built("client/frontends/bwrap/sandbox-bwrap"));
        return runAs(user_, Invocation{std::move(arguments), std::move(environment), ""});
    }

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
};

TEST_F(Bwrap, GivesTheOutputAndTheExitStatus) {
    const Outcome outcome = onHost({"sh", "-c", "echo out; echo err >&2; exit 7"});
    EXPECT_EQ(outcome.status, 7);
    EXPECT_EQ(outcome.output, "out\n");
    EXPECT_EQ(outcome.errors, "err\n");
    EXPECT_EQ(onHost({"sh", "-c", "kill -9 $$"}).status, 128 + 9);
}

TEST_F(Bwrap, SaysVersionAndHelp) {
    const Outcome version = run({"--version"});
    EXPECT_EQ(version.status, 0);
    EXPECT_EQ(version.output, "bubblewrap 0.11.1\n");
    EXPECT_NE(run({"--help"}).output.find("    --argv0 VALUE "), std::string::npos);
    const Outcome nothing = run({});
    EXPECT_EQ(nothing.status, 1);
    EXPECT_TRUE(nothing.errors.starts_with("usage: ")) << nothing.errors;
}

TEST_F(Bwrap, FailsInTheWordsThatCallersLookFor) {
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

TEST_F(Bwrap, StartsWhereTheCallerIsElseAtHomeElseAtTheRoot) {
    EXPECT_EQ(onHost({"pwd"}).output, user_.home + "\n");
    EXPECT_EQ(onHost({"--tmpfs", "/home", "sh", "-c", "pwd; echo $PWD"}).output, "/\n/\n");
    EXPECT_EQ(
        onHost({"--tmpfs", "/home", "--dir", "/tmp", "--setenv", "HOME", "/tmp", "sh", "-c", "pwd; echo $PWD"}).output,
        "/tmp\n/tmp\n");
    EXPECT_EQ(onHost({"--chdir", "/usr", "sh", "-c", "pwd; echo $PWD"}).output, "/usr\n/usr\n");
}

TEST_F(Bwrap, TriesTheNextDirectoryWhenItsGuessWasWrong) {
    // Seen from outside the link leads to the caller's directory; inside it leads nowhere.
    const Outcome outcome = run({"--unshare-all", "--ro-bind", "/usr", "/usr", "--symlink", "usr/lib", "/lib",
                                 "--symlink", "usr/lib64", "/lib64", "--symlink", "/nowhere", "/home", "/usr/bin/pwd"});
    EXPECT_EQ(outcome.errors, "");
    EXPECT_EQ(outcome.output, "/\n");
}

TEST_F(Bwrap, ChangesTheEnvironmentInOrder) {
    const std::vector<std::string> change{"--setenv", "A", "1", "--clearenv", "--setenv", "B",           "2",
                                          "--setenv", "C", "3", "--unsetenv", "C",        "/usr/bin/env"};
    EXPECT_EQ(onHost(change).output, "B=2\nPWD=" + user_.home + "\n");
}

TEST_F(Bwrap, BuildsTheRootThatIsAskedFor) {
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

TEST_F(Bwrap, SharesWhatIsNotUnshared) {
    const std::string look = "readlink /proc/self/ns/pid /proc/self/ns/ipc /proc/self/ns/uts /proc/self/ns/net";
    const Outcome outside = runAs(user_, {"sh", "-c", look});
    EXPECT_EQ(run({"--ro-bind", "/", "/", "sh", "-c", look}).output, outside.output);
    EXPECT_EQ(run({"--ro-bind", "/", "/", "--proc", "/proc", "sh", "-c", look}).output, outside.output);
    EXPECT_NE(onHost({"--proc", "/proc", "sh", "-c", look}).output, outside.output);
}

TEST_F(Bwrap, MapsTheIdsThatAreAskedFor) {
    EXPECT_EQ(onHost({"sh", "-c", "id -u; id -g"}).output,
              std::to_string(user_.uid) + "\n" + std::to_string(user_.gid) + "\n");
    EXPECT_EQ(onHost({"--uid", "0", "--gid", "7", "sh", "-c", "id -u; id -g"}).output, "0\n7\n");
}

TEST_F(Bwrap, MakesTheCommandProcessOne) {
    EXPECT_EQ(onHost({"--as-pid-1", "--proc", "/proc", "sh", "-c", "echo $$; set -- /proc/[0-9]*; echo $#"}).output,
              "1\n1\n");
    EXPECT_EQ(onHost({"--as-pid-1", "sh", "-c", "exit 7"}).status, 7);
}

TEST_F(Bwrap, GivesTheCapabilitiesThatAreAskedForWhereItMay) {
    const std::string sets = "grep -E '^Cap(Prm|Eff|Bnd|Amb)' /proc/self/status | cut -f2 | sort -u";
    const std::vector<std::string> command{"--proc", "/proc", "--cap-add", "CAP_NET_RAW", "sh", "-c", sets};
    EXPECT_TRUE(onHost(command).errors.starts_with("bwrap: No permissions to create a new namespace: "
                                                   "org.sandboxd1.spawn-namespace-root: "));
    const Rules rules("if (action.id == \"org.sandboxd1.spawn-namespace-root\") return polkit.Result.YES;");
    EXPECT_EQ(onHost(command).output, "0000000000002000\n");
    EXPECT_EQ(onHost({"--proc", "/proc", "--cap-add", "ALL", "--cap-drop", "ALL", "sh", "-c", sets}).output,
              "0000000000000000\n");
    EXPECT_EQ(
        onHost({"--cap-add", "ALL", "--tmpfs", "/mnt", "sh", "-c", "mount -t tmpfs none /mnt && echo mounted"}).output,
        "mounted\n");
}

TEST_F(Bwrap, EndsWithTheProcessThatStartedIt) {
    const std::string bwrap = built("client/frontends/bwrap/sandbox-bwrap");
    Program shell(
        user_,
        {{"sh", "-c", bwrap + " --ro-bind / / --unshare-all --die-with-parent sh -c 'echo up; exec sleep 1000' & wait"},
         {},
         ""});
    shell.awaitOutput("up\n");
    shell.signal(SIGKILL); // that nothing is left is checked behind every test
    EXPECT_EQ(shell.finish().status, -SIGKILL);
}

TEST_F(Bwrap, PassesSignalsOn) {
    Program program(user_, {{built("client/frontends/bwrap/sandbox-bwrap"), "--ro-bind", "/", "/", "--unshare-all",
                             "sh", "-c", "trap 'echo term; exit 3' TERM; echo up; while :; do sleep 1000 & wait; done"},
                            {},
                            ""});
    program.awaitOutput("up\n");
    program.signal(SIGTERM);
    const Outcome outcome = program.finish();
    EXPECT_EQ(outcome.status, 3);
    EXPECT_EQ(outcome.output, "up\nterm\n");
}

TEST_F(Bwrap, PassesInheritedDescriptors) {
    const std::string bwrap = built("client/frontends/bwrap/sandbox-bwrap");
    const Outcome outcome = runAs(
        user_, {"sh", "-c", "echo five | " + bwrap + " --ro-bind / / --unshare-all sh -c 'cat <&5' 5<&0 </dev/null"});
    EXPECT_EQ(outcome.output, "five\n");
}

TEST_F(Bwrap, NamesTheRefusal) {
    const Outcome outcome =
        run({"--ro-bind", "/", "/", "--unshare-all", "true"}, {{"DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent"}});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_TRUE(outcome.errors.starts_with("bwrap: Creating new namespace failed: ")) << outcome.errors;
}

} // namespace
} // namespace sandboxd::bus_tests
