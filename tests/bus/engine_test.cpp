// Who builds the sandbox of sandbox-bwrap, and that nobody else does when that fails.
#include "bus_test.hpp"
#include "terminal_session.hpp"

#include <cstdlib>
#include <filesystem>

namespace sandboxd::bus_tests {
namespace {

using Environment = std::map<std::string, std::string>;

constexpr const char* nowhere = "unix:path=/nonexistent";

class Engine : public BusTest {
protected:
    // sandbox-bwrap with a view of the host that can be read only.
    Outcome run(const Environment& environment, std::vector<std::string> command) const {
        command.insert(command.begin(),
                       {bwrap_, "--ro-bind", "/", "/", "--unshare-pid", "--proc", "/proc", "--dev", "/dev"});
        return runAs(user_, Invocation{std::move(command), environment, ""});
    }

    // A script that knows sandbox-bwrap as $BWRAP, in a user namespace of the user's own making.
    Outcome inNamespace(const std::string& mapping, Environment environment, const std::string& text) const {
        environment["BWRAP"] = bwrap_;
        return runAs(user_,
                     Invocation{{"unshare", "--user", mapping, "--keep-caps", "sh", "-c", text}, environment, ""});
    }

    const std::string bwrap_ = built("client/frontends/bwrap/sandbox-bwrap");
};

// In what a broker has built no namespaces can be made.
const std::vector<std::string> tellNested{"sh", "-c", "unshare -U true 2>/dev/null && echo native || echo broker"};

TEST_F(Engine, IsNativeWhereTheKernelLetsTheCallerMakeNamespaces) {
    EXPECT_EQ(run({}, tellNested).output, "native\n");
    EXPECT_EQ(run({{"SANDBOXD_ENGINE", "auto"}}, tellNested).output, "native\n");
    EXPECT_EQ(run({{"SANDBOXD_ENGINE", "native"}}, tellNested).output, "native\n");
    EXPECT_EQ(run({{"SANDBOXD_ENGINE", "broker"}}, tellNested).output, "broker\n");
}

TEST_F(Engine, AnotherNameIsAMistake) {
    for (const char* name : {"", "Native", "none", "both"}) {
        const Outcome outcome = run({{"SANDBOXD_ENGINE", name}}, {"true"});
        EXPECT_EQ(outcome.status, 1);
        EXPECT_EQ(outcome.errors,
                  "bwrap: SANDBOXD_ENGINE: \"" + std::string(name) + "\" is none of auto, native and broker\n");
    }
}

TEST_F(Engine, NativeNeedsNoBus) {
    for (const char* engine : {"auto", "native"}) {
        const Outcome outcome =
            run({{"SANDBOXD_ENGINE", engine}, {"DBUS_SYSTEM_BUS_ADDRESS", nowhere}}, {"sh", "-c", "id -u; exit 3"});
        EXPECT_EQ(outcome.errors, "");
        EXPECT_EQ(outcome.output, std::to_string(user_.uid) + "\n");
        EXPECT_EQ(outcome.status, 3);
    }
}

TEST_F(Engine, TheBrokerDoesNotTurnNativeWithoutABus) {
    const Outcome outcome = run({{"SANDBOXD_ENGINE", "broker"}, {"DBUS_SYSTEM_BUS_ADDRESS", nowhere}}, {"true"});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_TRUE(outcome.errors.starts_with("bwrap: Creating new namespace failed: ")) << outcome.errors;
}

// The broker refuses who is in a user namespace: that it is asked shows in its words.
TEST_F(Engine, TheBrokerIsAskedWhereTheKernelForbidsNamespaces) {
    const Outcome outcome = inNamespace("--map-current-user", {}, R"sh(
        echo 0 > /proc/sys/user/max_user_namespaces
        exec "$BWRAP" --ro-bind / / true)sh");
    EXPECT_EQ(outcome.status, 1);
    EXPECT_NE(outcome.errors.find("it is in a user namespace"), std::string::npos) << outcome.errors;
}

TEST_F(Engine, NativeFailsInBubblewrapsWordsWhereTheKernelForbidsNamespaces) {
    const Outcome outcome = inNamespace("--map-current-user", {{"SANDBOXD_ENGINE", "native"}}, R"sh(
        echo 0 > /proc/sys/user/max_user_namespaces
        exec "$BWRAP" --ro-bind / / true)sh");
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.errors, "bwrap: Creating new namespace failed: nesting depth or "
                              "/proc/sys/user/max_*_namespaces exceeded (ENOSPC)\n");
}

// Of a program that its user may not read the kernel gives its files in /proc to root.
TEST_F(Engine, NativeFailsInBubblewrapsWordsWhereTheMapsAreRefused) {
    const std::string unreadable = user_.home + "/bwrap";
    std::filesystem::copy_file(bwrap_, unreadable);
    std::filesystem::permissions(unreadable, std::filesystem::perms{0111});
    const std::vector<std::string> command{unreadable, "--ro-bind", "/", "/", "true"};
    const Outcome outcome = runAs(user_, Invocation{command, {{"SANDBOXD_ENGINE", "native"}}, ""});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.errors, "bwrap: setting up uid map: Permission denied\n");
    EXPECT_NE(runAs(user_, command).errors.find("it is not dumpable"), std::string::npos);
}

TEST_F(Engine, NeitherSaysWhatBothSaid) {
    const Outcome outcome = inNamespace("--map-current-user", {{"DBUS_SYSTEM_BUS_ADDRESS", nowhere}}, R"sh(
        echo 0 > /proc/sys/user/max_user_namespaces
        exec "$BWRAP" --ro-bind / / true)sh");
    EXPECT_EQ(outcome.status, 1);
    EXPECT_TRUE(outcome.errors.starts_with("bwrap: Creating new namespace failed: cannot connect")) << outcome.errors;
    EXPECT_NE(outcome.errors.find("cannot make the namespaces: No space left on device"), std::string::npos)
        << outcome.errors;
}

TEST_F(Engine, AFailureOfTheSetUpIsNotTriedByAnother) {
    const Outcome outcome = run({}, {"--ro-bind", "/no-such-place", "/mnt", "true"});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.errors, "bwrap: Can't find source path /no-such-place: No such file or directory\n");
}

TEST_F(Engine, ASandboxIsMadeInsideASandbox) {
    const Outcome outcome = run({}, {bwrap_, "--ro-bind", "/", "/", "--unshare-all", "--uid", "0", "id", "-u"});
    EXPECT_EQ(outcome.errors, "");
    EXPECT_EQ(outcome.output, "0\n");
}

TEST_F(Engine, NoneIsMadeInsideOneThatForbidsIt) {
    const Outcome outcome = run({{"SANDBOXD_ENGINE", "native"}}, {"--unshare-user", "--disable-userns", bwrap_,
                                                                  "--ro-bind", "/", "/", "--unshare-all", "true"});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.errors, "bwrap: Creating new namespace failed: nesting depth or "
                              "/proc/sys/user/max_*_namespaces exceeded (ENOSPC)\n");
}

TEST_F(Engine, AnAssertionThatDoesNotHoldIsAFailure) {
    const Outcome outcome = run({{"SANDBOXD_ENGINE", "native"}}, {"--assert-userns-disabled", "true"});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.errors, "bwrap: creation of new user namespaces was not disabled as requested\n");
    const std::vector<std::string> disabling{"--unshare-user", "--disable-userns", "--assert-userns-disabled", "true"};
    EXPECT_EQ(run({{"SANDBOXD_ENGINE", "native"}}, disabling).status, 0);
    EXPECT_EQ(run({{"SANDBOXD_ENGINE", "broker"}}, {"--assert-userns-disabled", "true"}).status, 0);
    EXPECT_EQ(inNamespace("--map-root-user", {{"SANDBOXD_ENGINE", "native"}}, R"sh(
        echo 0 > /proc/sys/user/max_user_namespaces
        exec "$BWRAP" --ro-bind / / --assert-userns-disabled true)sh")
                  .status,
              0);
}

// As in a container without privileges: uid 0, capabilities over what is its own, no bus.
TEST_F(Engine, WhoIsRootOfAUserNamespaceNeedsNoOther) {
    const Outcome outcome = inNamespace("--map-root-user", {{"DBUS_SYSTEM_BUS_ADDRESS", nowhere}}, R"sh(
        echo 0 > /proc/sys/user/max_user_namespaces
        readlink /proc/self/ns/user
        "$BWRAP" --ro-bind / / --tmpfs /tmp --unshare-pid --proc /proc sh -c '
            readlink /proc/self/ns/user; id -u; ls -A /tmp; echo $$')sh");
    EXPECT_EQ(outcome.errors, "");
    const std::vector<std::string> lines = linesOf(outcome.output);
    ASSERT_EQ(lines.size(), 4U) << outcome.output;
    EXPECT_EQ(lines[0], lines[1]);
    EXPECT_EQ(lines[2], "0");
    EXPECT_EQ(lines[3], "2");
}

// What is awaited is typed in two pieces, as the terminal shows what is typed.
TEST_F(Engine, ATerminalIsTheCommandsOwnWithItsKeys) {
    TerminalSession session(user_, user_.home);
    session.type("SANDBOXD_ENGINE=native " + bwrap_ + " --ro-bind / / --dev /dev --unshare-all sh -c '" +
                 "echo con\"\"trolled > /dev/tty; read line; echo got:$line; exec sleep 1000'\n");
    session.await("controlled");
    session.type("\032");
    session.await("Stopped");
    session.type("fg\n");
    session.await("sandbox-bwrap");
    session.type("text\n");
    session.await("got:text");
    session.type("\003");
    session.await("$ "); // the shell is back
    session.type("echo en''ded=$?\n");
    session.await("ended=130");
}

TEST_F(Engine, UnshareUsesTheSame) {
    const std::string unshare = built("client/frontends/unshare/sandbox-unshare");
    const std::string text = "id -u; mount -t tmpfs none /mnt && ls -A /mnt && echo mounted";
    const std::vector<std::string> command{unshare, "-Urm", "sh", "-c", text};
    const Outcome outcome = runAs(user_, Invocation{command, {{"DBUS_SYSTEM_BUS_ADDRESS", nowhere}}, ""});
    EXPECT_EQ(outcome.errors, "");
    EXPECT_EQ(outcome.output, "0\nmounted\n");
    const Outcome mistaken = runAs(user_, Invocation{command, {{"SANDBOXD_ENGINE", "none"}}, ""});
    EXPECT_EQ(mistaken.status, 1);
    EXPECT_EQ(mistaken.errors, "unshare: SANDBOXD_ENGINE: \"none\" is none of auto, native and broker\n");
}

TEST_F(Engine, RootNeedsNobodysPermission) {
    const UserProcess root = UserProcess::unchanged([this] {
        const std::string command = bwrap_ + " --ro-bind / / --tmpfs /tmp --unshare-all true";
        EXPECT_EQ(::system(command.c_str()), 0);
    });
}

TEST_F(Engine, CapabilitiesAreOverTheCallersOwnNamespace) {
    const Outcome outcome = run({{"SANDBOXD_ENGINE", "native"}},
                                {"--cap-add", "CAP_SYS_ADMIN", "--tmpfs", "/mnt", "sh", "-c",
                                 "grep CapEff /proc/self/status; mount -t tmpfs none /mnt && echo mounted"});
    EXPECT_EQ(outcome.errors, "");
    EXPECT_EQ(outcome.output, "CapEff:\t0000000000200000\nmounted\n");
}

TEST_F(Engine, OfTheBrokerTheyTakeARight) {
    const Outcome outcome = run({{"SANDBOXD_ENGINE", "broker"}}, {"--cap-add", "CAP_SYS_ADMIN", "true"});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_TRUE(outcome.errors.starts_with("bwrap: No permissions to create a new namespace: "
                                           "org.sandboxd1.spawn-namespace-root: "))
        << outcome.errors;
}

TEST_F(Engine, WhoHasCapabilitiesCannotLiftALimitThatWasAskedFor) {
    const Outcome outcome = run({{"SANDBOXD_ENGINE", "native"}},
                                {"--unshare-user", "--disable-userns", "--cap-add", "ALL", "--uid", "0", "sh", "-c",
                                 "echo 9 > /proc/sys/user/max_user_namespaces; unshare -U true || echo none"});
    EXPECT_EQ(outcome.output, "none\n") << outcome.errors;
}

TEST_F(Engine, ProcessOneHasItsCallersUmaskAndLimits) {
    const std::string tell = "umask; ulimit -Sn; ulimit -Hn";
    const Outcome outside = runAs(user_, Invocation{{"sh", "-c", "umask 27; ulimit -Sn 99; " + tell}, {}, ""});
    const Outcome outcome =
        runAs(user_, Invocation{{"sh", "-c",
                                 "umask 27; ulimit -Sn 99; " + bwrap_ +
                                     " --ro-bind / / --unshare-pid --as-pid-1 sh -c 'echo $$; " + tell + "'"},
                                {{"SANDBOXD_ENGINE", "native"}},
                                ""});
    EXPECT_EQ(outcome.errors, "");
    EXPECT_EQ(outcome.output, "1\n" + outside.output);
}

TEST_F(Engine, ACommandHasThePersonalityOfItsCaller) {
    for (const std::string engine : {"native", "broker"}) {
        const std::string command = bwrap_ + " --ro-bind / / --proc /proc sh -c 'cat /proc/self/personality; uname -m'";
        const Outcome outcome =
            runAs(user_, Invocation{{"setarch", "i686", "-R", "sh", "-c", command}, {{"SANDBOXD_ENGINE", engine}}, ""});
        EXPECT_EQ(outcome.errors, "");
        EXPECT_EQ(outcome.output, "00040008\ni686\n") << engine;
    }
}

TEST_F(Engine, RootsCommandKeepsWhatRootHasUnlessItIsDropped) {
    const UserProcess root = UserProcess::unchanged([this] {
        const std::string bwrap = bwrap_ + " --dev-bind / / ";
        const std::string same =
            "test \"$(grep ^Cap /proc/self/status)\" = \"$(" + bwrap + "grep ^Cap /proc/self/status)\"";
        EXPECT_EQ(::system(same.c_str()), 0);
        const std::string less = bwrap + "--cap-drop CAP_KILL grep ^Cap /proc/self/status | cut -f2 | uniq | wc -l";
        EXPECT_EQ(::system(("test $(" + less + ") = 1").c_str()), 0) << "all sets, as bubblewrap has them";
        EXPECT_EQ(::system((bwrap + "--cap-drop ALL grep -q 'CapEff:.0000000000000000' /proc/self/status").c_str()), 0);
    });
}

TEST_F(Engine, LimitsOfTheHostStayWhatTheyAre) {
    const std::string before = readFile("/proc/sys/user/max_user_namespaces");
    const UserProcess root = UserProcess::unchanged([this] {
        const std::string command = bwrap_ + " --ro-bind / / --unshare-user --disable-userns true";
        EXPECT_EQ(::system(command.c_str()), 0);
    });
    EXPECT_EQ(readFile("/proc/sys/user/max_user_namespaces"), before);
}

} // namespace
} // namespace sandboxd::bus_tests
