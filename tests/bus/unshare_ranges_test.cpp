// Ranges of ids by sandbox-unshare, for users who have some in /etc/subuid and /etc/subgid.
#include "bus_test.hpp"

#include <sys/stat.h>

#include <cstdlib>
#include <fstream>

namespace sandboxd::bus_tests {
namespace {

using Environment = std::map<std::string, std::string>;

constexpr uid_t firstUid = 300'000;
constexpr gid_t firstGid = 400'000;

// The files are the private system's own.
void give(const User& user) {
    std::ofstream("/etc/subuid", std::ios::app) << user.name << ":" << firstUid << ":1000\n";
    std::ofstream("/etc/subgid", std::ios::app) << user.uid << ":" << firstGid << ":500\n";
}

class UnshareRanges : public BusTest {
protected:
    UnshareRanges() { give(owner_); }

    Outcome unshare(const User& user, std::vector<std::string> arguments, Environment environment = {}) const {
        arguments.insert(arguments.begin(), unshare_);
        environment.try_emplace("SANDBOXD_ENGINE", "native");
        environment.try_emplace("PATH", "/usr/bin:/bin");
        return runAs(user, Invocation{std::move(arguments), std::move(environment), ""});
    }

    std::string output(const std::vector<std::string>& arguments) const {
        const Outcome outcome = unshare(owner_, arguments);
        EXPECT_EQ(outcome.errors, "");
        EXPECT_EQ(outcome.status, 0);
        return outcome.output;
    }

    // The numbers of a file of /proc/self, line by line.
    std::string map(std::vector<std::string> options, const std::string& file) const {
        options.insert(options.end(), {"awk", "{ print $1, $2, $3 }", "/proc/self/" + file});
        return output(options);
    }

    const User owner_ = freshUser({"some-group"});
    const std::string own_ = std::to_string(owner_.uid);
    const std::string unshare_ = built("client/frontends/unshare/sandbox-unshare");
};

TEST_F(UnshareRanges, TheFirstBlocksAreMappedWithTheCallerAsRoot) {
    EXPECT_EQ(map({"-U", "--map-auto", "--map-root-user"}, "uid_map"), "0 " + own_ + " 1\n1 300000 999\n");
    EXPECT_EQ(map({"-U", "--map-auto", "--map-root-user"}, "gid_map"), "0 " + own_ + " 1\n1 400000 499\n");
    EXPECT_EQ(output({"-r", "--map-auto", "sh", "-c", "id -u; id -g; cat /proc/self/setgroups"}), "0\n0\nallow\n");
}

TEST_F(UnshareRanges, RangesAreMappedAsTheyAreNamed) {
    EXPECT_EQ(map({"--map-users=5:300010:20", "--map-users", "300100,50,2"}, "uid_map"), "5 300010 20\n50 300100 2\n");
    EXPECT_EQ(map({"--map-subids"}, "uid_map"), "300000 300000 1000\n");
    EXPECT_EQ(map({"--map-users=auto", "--map-group=7"}, "gid_map"), "7 " + own_ + " 1\n");
}

TEST_F(UnshareRanges, FilesCanBeGivenToAnotherIdOfThem) {
    EXPECT_EQ(output({"-r", "--map-auto", "sh", "-c", "touch made && chown 1:2 made && stat -c %u:%g made"}), "1:2\n");
    struct stat made {};
    ASSERT_EQ(::stat((owner_.home + "/made").c_str(), &made), 0);
    EXPECT_EQ(made.st_uid, firstUid);
    EXPECT_EQ(made.st_gid, firstGid + 1);
}

TEST_F(UnshareRanges, TheyHoldInNewNamespacesOfEveryKind) {
    EXPECT_EQ(output({"-rmpuinCT", "--map-auto", "--mount-proc", "sh", "-c",
                      "mount -t tmpfs none /mnt && touch /mnt/a && chown 7:8 /mnt/a && stat -c %u:%g /mnt/a"}),
              "7:8\n");
}

TEST_F(UnshareRanges, WhoIsNotMappedStaysWhoItIs) {
    EXPECT_EQ(output({"--map-auto", "sh", "-c", "id -u; id -g; touch made"}), "65534\n65534\n");
    struct stat made {};
    ASSERT_EQ(::stat((owner_.home + "/made").c_str(), &made), 0);
    EXPECT_EQ(made.st_uid, owner_.uid);
    EXPECT_EQ(made.st_gid, owner_.gid);
}

// The directory is one that only the caller may enter.
TEST_F(UnshareRanges, TheProgramMayBeAnotherOfThem) {
    EXPECT_EQ(output({"--map-auto", "-S", "7", "-G", "8", "sh", "-c", "id -u; id -G; pwd; ls 2>/dev/null || echo no"}),
              "7\n8\n" + owner_.home + "\nno\n");
    EXPECT_EQ(unshare(owner_, {"--map-auto", "-S", "1000", "true"}).errors,
              "unshare: cannot become user 1000: it is not mapped\n");
}

TEST_F(UnshareRanges, GroupsMayBeSetUnlessThatIsDenied) {
    const std::vector<std::string> attempt{"setpriv", "--groups", "7", "id", "-G"};
    std::vector<std::string> words{"-r", "--map-auto"};
    words.insert(words.end(), attempt.begin(), attempt.end());
    EXPECT_EQ(output(words), "0 7\n");
    words.insert(words.begin(), "--setgroups=deny");
    EXPECT_NE(unshare(owner_, words).status, 0);
    EXPECT_EQ(output({"-r", "--map-auto", "--setgroups", "deny", "cat", "/proc/self/setgroups"}), "deny\n");
}

TEST_F(UnshareRanges, EndsAsTheProgramDoes) {
    EXPECT_EQ(unshare(owner_, {"-r", "--map-auto", "sh", "-c", "exit 7"}).status, 7);
    EXPECT_EQ(unshare(owner_, {"-r", "--map-auto", "no-such-program"}).status, 127);
}

TEST_F(UnshareRanges, WhoHasNoBlockIsTold) {
    const Outcome outcome = unshare(user_, {"--map-auto", "true"});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.errors, "unshare: no line matching user \"" + user_.name + "\" in /etc/subuid\n");
}

TEST_F(UnshareRanges, IdsOfOthersAreNotGiven) {
    const Outcome outcome = unshare(owner_, {"--map-users=0:1:5", "echo", "ran"});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.output, "");
    EXPECT_TRUE(outcome.errors.starts_with("newuidmap: ")) << outcome.errors;
    EXPECT_TRUE(outcome.errors.ends_with("unshare: cannot map ranges of users: newuidmap failed\n")) << outcome.errors;
    const Outcome group = unshare(owner_, {"--map-groups=0:1:5", "echo", "ran"});
    EXPECT_EQ(group.output, "");
    EXPECT_TRUE(group.errors.ends_with("unshare: cannot map ranges of groups: newgidmap failed\n")) << group.errors;
}

TEST_F(UnshareRanges, AMissingProgramIsNamed) {
    const Outcome outcome = unshare(owner_, {"--map-auto", "/bin/true"}, {{"PATH", "/nonexistent"}});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.errors, "unshare: cannot map ranges of users: cannot find newuidmap (package uidmap)\n");
}

TEST_F(UnshareRanges, RootWritesItsMapsItself) {
    const UserProcess root = UserProcess::unchanged([this] {
        const std::string command = "PATH=/nonexistent SANDBOXD_ENGINE=native " + unshare_ +
                                    " --map-users=0:0:9 --map-groups=0:0:9 --map-groups=50:1000:5 /bin/sh -c '"
                                    "read -r line < /proc/self/uid_map; set -- $line; test \"$*\" = \"0 0 9\"'";
        EXPECT_EQ(::system(command.c_str()), 0);
    });
}

TEST_F(UnshareRanges, TheBrokerIsNotAskedForThem) {
    const Outcome outcome = unshare(owner_, {"--map-auto", "id"}, {{"SANDBOXD_ENGINE", "broker"}});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.errors, "unshare: cannot map ranges of ids: a sandbox of sandboxd maps one user and one group, "
                              "whoever asks\n");
}

// With one id the broker would be asked here (engine_test), and would say that its caller is in a user namespace.
TEST_F(UnshareRanges, NoSandboxWithoutThemTakesTheirPlace) {
    const std::string text = "echo 0 > /proc/sys/user/max_user_namespaces; exec " + unshare_ +
                             " --map-users=0:0:1 --map-groups=0:0:1 echo ran";
    const Outcome outcome = runAs(owner_, Invocation{{"unshare", "-Ur", "sh", "-c", text}, {}, ""});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.output, "");
    EXPECT_EQ(outcome.errors, "unshare: setup: cannot make the namespaces: No space left on device\n");
}

} // namespace
} // namespace sandboxd::bus_tests
