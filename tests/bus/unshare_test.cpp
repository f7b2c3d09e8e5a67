// sandbox-unshare as a user meets it who knows unshare(1).
#include "bus_test.hpp"

#include <csignal>
#include <filesystem>

namespace sandboxd::bus_tests {
namespace {

class Unshare : public BusTest {
protected:
    Outcome unshare(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), built("client/frontends/unshare/sandbox-unshare"));
        const std::map<std::string, std::string> environment{{"PATH", "/usr/bin:/bin"}, {"SANDBOXD_ENGINE", "broker"}};
        return runAs(user_, Invocation{std::move(arguments), environment, user_.home});
    }

    std::string output(const std::vector<std::string>& arguments) const {
        const Outcome outcome = unshare(arguments);
        EXPECT_EQ(outcome.errors, "");
        EXPECT_EQ(outcome.status, 0);
        return outcome.output;
    }
};

TEST_F(Unshare, OwnIdsNeedNoMoreThanAnySandbox) {
    EXPECT_EQ(output({"-c", "id", "-u"}), std::to_string(user_.uid) + "\n");
    EXPECT_EQ(output({"--user", "id", "-u"}), "65534\n");
    EXPECT_EQ(output({"--map-user=7", "--map-group=8", "sh", "-c", "id -u; id -g"}), "7\n8\n");
}

TEST_F(Unshare, TheCallersFilesAreThere) {
    const std::string file = user_.home + "/made";
    EXPECT_EQ(output({"-c", "sh", "-c", "pwd; echo text > made; cat " + file}), user_.home + "\ntext\n");
    EXPECT_TRUE(std::filesystem::exists(file));
}

TEST_F(Unshare, NothingRunsThatMayNotHaveTheCapabilitiesItAskedFor) {
    for (const std::vector<std::string>& asked : {std::vector<std::string>{"-Ur"}, {"-c", "--keep-caps"}}) {
        std::vector<std::string> arguments = asked;
        arguments.insert(arguments.end(), {"id", "-u"});
        const Outcome outcome = unshare(arguments);
        EXPECT_EQ(outcome.status, 1);
        EXPECT_EQ(outcome.output, "");
        EXPECT_TRUE(outcome.errors.starts_with("unshare: unshare failed: Operation not permitted ("
                                               "org.sandboxd1.spawn-namespace-root: "))
            << outcome.errors;
    }
}

TEST_F(Unshare, RootInsideMountsNamesAndConfiguresWhatIsItsOwn) {
    const Rules rules("if (action.id == \"org.sandboxd1.spawn-namespace-root\") return polkit.Result.YES;");
    EXPECT_EQ(output({"-Ur", "id", "-un"}), "root\n");
    EXPECT_EQ(output({"-Urm", "sh", "-c", "mount -t tmpfs t /mnt && touch /mnt/made && ls /mnt"}), "made\n");
    EXPECT_EQ(output({"-Uru", "sh", "-c", "hostname inside && hostname"}), "inside\n");
    EXPECT_EQ(output({"-Urn", "sh", "-c", "ip link set lo up && ip -o -4 address show lo | grep -c 127.0.0.1"}), "1\n");
    EXPECT_EQ(output({"-Urpf", "--mount-proc", "sh", "-c", "set -- /proc/[0-9]*; echo $#"}), "2\n");
    EXPECT_EQ(output({"-c", "--keep-caps", "sh", "-c", "id -u; grep CapAmb /proc/self/status | cut -f2"}),
              std::to_string(user_.uid) + "\n000001ffffffffff\n");
}

TEST_F(Unshare, WhatIsNotNamedIsTheCallers) {
    const std::string look = "readlink /proc/self/ns/pid /proc/self/ns/ipc /proc/self/ns/uts /proc/self/ns/net";
    EXPECT_EQ(output({"-c", "sh", "-c", look}), runAs(user_, {"sh", "-c", look}).output);
}

TEST_F(Unshare, ItsOwnPidsBeginWithASmallInit) {
    EXPECT_EQ(output({"-cpf", "--mount-proc", "sh", "-c", "echo $$; set -- /proc/[0-9]*; echo $#"}), "2\n2\n");
}

TEST_F(Unshare, DescriptorsOfTheCallerAreThere) {
    const std::string program = built("client/frontends/unshare/sandbox-unshare");
    const Outcome outcome = runAs(user_, {"sh", "-c", program + " -c sh -c 'cat <&7' 7<<END\ntext\nEND"});
    EXPECT_EQ(outcome.output, "text\n") << outcome.errors;
}

TEST_F(Unshare, ANewNetworkHasNoInterfaceUp) {
    const std::string look = "awk 'NR > 2 { print $1 }' /proc/net/dev; cat /proc/net/fib_trie"; // interfaces, addresses
    EXPECT_EQ(output({"-cn", "sh", "-c", look}), "lo:\n");
}

TEST_F(Unshare, EndsAsTheProgramDoes) {
    EXPECT_EQ(unshare({"-c", "sh", "-c", "exit 7"}).status, 7);
    EXPECT_EQ(unshare({"-c", "sh", "-c", "kill -TERM $$"}).status, -SIGTERM);
    const Outcome missing = unshare({"-c", "no-such-program"});
    EXPECT_EQ(missing.status, 127);
    EXPECT_EQ(missing.errors, "unshare: failed to execute no-such-program: No such file or directory\n");
}

TEST_F(Unshare, SaysWhatItCannotDo) {
    const Outcome outcome = unshare({"--boottime=1", "id"});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.errors, "unshare: cannot set clocks of a time namespace\n");
    EXPECT_EQ(unshare({"-m", "id"}).errors, "unshare: unshare failed: Operation not permitted\n");
    EXPECT_EQ(unshare({"--bogus"}).errors,
              "unshare: invalid option -- '--bogus'\nTry 'unshare --help' for more information.\n");
}

} // namespace
} // namespace sandboxd::bus_tests
