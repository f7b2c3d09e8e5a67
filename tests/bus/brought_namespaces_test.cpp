// Options of sandbox-bwrap that name namespaces which somebody else has made, and id maps that somebody else writes.
#include "bwrap_script.hpp"

#include <cstdlib>
#include <fstream>

namespace sandboxd::bus_tests {
namespace {

// $first and $second: user namespaces, the second below the first; $pids: a pid namespace of the first. The user is 0
// in the first and 9 in the second. They end with what holds file descriptor 20, which is this shell.
constexpr const char* namespaces = R"sh(
    rm -f made hold; mkfifo made hold
    unshare --user --map-root-user --pid --fork --kill-child --mount-proc sh -c '
        unshare --user --map-user=9 --map-group=9 sh -c "echo > made; read x < hold"; exit' 20>&- &
    holder=$!
    read x < made
    exec 20> hold
    outer=$(pgrep -P $holder) inner=$(pgrep -P $(pgrep -P $holder))
    exec 11< /proc/$outer/ns/user 12< /proc/$inner/ns/user 13< /proc/$outer/ns/pid
    run() { "$BWRAP" --ro-bind / / --dev /dev --proc /proc "$@" 20>&-; }
    same() { test "$(readlink /proc/self/fd/$1)" = "$2" && echo same || echo "not $2"; }
)sh";

class BroughtNamespaces : public BusTest {
protected:
    BroughtNamespaces() {
        asUser(user_, [this] { std::filesystem::create_directories(directory_); });
    }

    // A script in a directory of the user's, with the namespaces above, without a bus.
    [[nodiscard]] Outcome script(const std::string& text, const std::string& engine = "auto") const {
        const std::map<std::string, std::string> environment{{"BWRAP", built("client/frontends/bwrap/sandbox-bwrap")},
                                                             {"PATH", "/usr/bin:/bin"},
                                                             {"DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent"},
                                                             {"SANDBOXD_ENGINE", engine}};
        return runAs(user_, Invocation{{"bash", "-c", namespaces + text}, environment, directory_});
    }

    [[nodiscard]] Lines lines(const std::string& text, const std::string& engine = "auto") const {
        const Outcome outcome = script(text, engine);
        EXPECT_EQ(outcome.errors, "");
        EXPECT_EQ(outcome.status, 0);
        return linesOf(outcome.output);
    }

    const std::string directory_ = user_.home + "/work";
};

TEST_F(BroughtNamespaces, AreThoseOfTheCommand) {
    EXPECT_EQ(lines(R"sh(
        same 11 "$(run --userns 11 readlink /proc/self/ns/user)"
        same 12 "$(run --userns 11 --userns2 12 readlink /proc/self/ns/user)"
        same 13 "$(run --userns 11 --pidns 13 readlink /proc/self/ns/pid)"
        run --userns 11 id -u
        run --userns 11 --userns2 12 id -u)sh",
                    "native"),
              (Lines{"same", "same", "same", "0", "9"}));
}

TEST_F(BroughtNamespaces, NeedNoChoiceOfTheEngine) {
    EXPECT_EQ(lines("run --userns 11 echo here"), Lines{"here"});
}

TEST_F(BroughtNamespaces, AreNotAskedOfTheBroker) {
    for (const std::string option : {"--userns", "--userns2", "--pidns"}) {
        const Outcome outcome = script("run " + option + " 11 true", "broker");
        EXPECT_EQ(outcome.status, 1);
        EXPECT_TRUE(outcome.errors.starts_with("bwrap: " + option + " is not possible: ")) << outcome.errors;
    }
    EXPECT_EQ(script("run --unshare-user --info-fd 2 --userns-block-fd 0 true", "broker").errors,
              "bwrap: --userns-block-fd is not possible: sandboxd writes the id maps itself\n");
}

// Its processes are seen by a /proc of that namespace, where process 1 is somebody else; a new one is below.
TEST_F(BroughtNamespaces, OfPidsHaveTheirOwnProc) {
    EXPECT_EQ(lines(R"sh(
        run --userns 11 --pidns 13 cat /proc/1/comm
        run --userns 11 --pidns 13 --unshare-pid sh -c 'echo $$; readlink /proc/self; :'
        run --userns 11 --pidns 13 --unshare-pid --as-pid-1 sh -c 'echo $$'
        run --userns 11 --pidns 13 --unshare-pid false || echo $?)sh"),
              (Lines{"sh", "2", "3", "1", "1"}));
}

// Who reads the line is sure that the command is there; it writes its pid in that namespace, and outlives its sandbox.
TEST_F(BroughtNamespaces, OfPidsKeepWhatTheCommandLeavesInTheBackground) {
    EXPECT_EQ(lines(R"sh(
        pid=$(run --userns 11 --pidns 13 sh -c 'sleep 1000 >/dev/null 2>&1 & echo $!')
        test -n "$pid" && nsenter --preserve-credentials --user=/proc/$outer/ns/user --pid=/proc/$outer/ns/pid \
            --mount=/proc/$outer/ns/mnt sh -c "cat /proc/$pid/comm; kill $pid")sh"),
              Lines{"sleep"});
}

TEST_F(BroughtNamespaces, GiveTheCommandNeitherCapabilitiesNorTheirDescriptors) {
    EXPECT_EQ(lines(R"sh(
        run --userns 11 grep -c '^Cap.*:.0000000000000000$' /proc/self/status
        run --userns 11 --userns2 12 grep -c '^Cap.*:.0000000000000000$' /proc/self/status
        run --userns 11 --userns2 12 --cap-add CAP_KILL grep CapEff /proc/self/status
        run --userns 11 --userns2 12 --pidns 13 bash -c 'for fd in 11 12 13; do test -e /proc/self/fd/$fd || echo no; done'
        )sh"),
              (Lines{"5", "5", "CapEff:\t0000000000000020", "no", "no", "no"}));
}

TEST_F(BroughtNamespaces, AreWhereAnAssertionIsTested) {
    EXPECT_EQ(script("run --userns 11 --assert-userns-disabled true").errors,
              "bwrap: creation of new user namespaces was not disabled as requested\n");
    EXPECT_EQ(lines(R"sh(
        nsenter --preserve-credentials --user=/proc/$outer/ns/user sh -c 'echo 1 > /proc/sys/user/max_user_namespaces'
        run --userns 11 --userns2 12 --assert-userns-disabled echo disabled)sh"),
              Lines{"disabled"});
}

TEST_F(BroughtNamespaces, ThatCannotBeEnteredAreNamedInBubblewrapsWords) {
    const std::string notBelow = "Joining the specified user namespace failed, it might not be a descendant of the "
                                 "current user namespace.";
    const std::pair<const char*, std::string> rows[] = {
        {"--userns 99 true", "Joining specified user namespace failed: Bad file descriptor"},
        {"--userns2 99 true", "Setting userns2 failed: Bad file descriptor"},
        {"--pidns 99 true", "Setting pidns failed: Bad file descriptor"},
        {"--userns 14 true 14< /dev/null", notBelow},
        {"--userns 14 true 14< /proc/self/ns/user", notBelow},
        {"--userns2 12 true", "Setting userns2 failed: Operation not permitted"},
        {"--pidns 13 true", "Setting pidns failed: Operation not permitted"},
        {"--userns 11 --uid 4 true", "unable to switch to uid 4: Invalid argument"},
    };
    for (const auto& [arguments, message] : rows) {
        const Outcome outcome = script(std::string("run ") + arguments);
        EXPECT_EQ(outcome.status, 1) << arguments;
        EXPECT_EQ(outcome.errors, "bwrap: " + message + "\n") << arguments;
    }
}

// The first reader reads to the end, as one would that knows nothing of JSON.
TEST_F(BroughtNamespaces, MapsOfOthersAreAwaited) {
    EXPECT_EQ(lines(R"sh(
        mkfifo info block
        "$BWRAP" --ro-bind / / --unshare-user --unshare-net --userns-block-fd 15 --info-fd 16 --json-status-fd 18 \
            sh -c 'id -u; id -g; for fd in 15 16; do test -e /proc/self/fd/$fd || echo no; done' \
            15< block 16> info 18> status 20>&- & sandbox=$!
        exec 17> block
        told=$(cat info)
        child=$(echo "$told" | sed -n 's/.*"child-pid": \([0-9]*\).*/\1/p')
        echo "$told" | grep -c "\"net-namespace\": $(stat -Lc %i /proc/$child/ns/net)"
        echo deny > /proc/$child/setgroups
        echo "7 $(id -u) 1" > /proc/$child/uid_map
        echo "8 $(id -g) 1" > /proc/$child/gid_map
        exec 17>&-
        wait $sandbox
        grep -c "\"child-pid\": $child" status; grep exit-code status)sh"),
              (Lines{"1", "7", "8", "no", "no", "1", "{ \"exit-code\": 0 }"}));
}

TEST_F(BroughtNamespaces, MapsOfOthersNeedAUserNamespaceThatCanBeMade) {
    const std::string forbid = R"sh(
        unshare --user --map-current-user --keep-caps sh -c '
            echo 0 > /proc/sys/user/max_user_namespaces
            exec "$BWRAP" --ro-bind / / --unshare-user --info-fd 1 --userns-block-fd 0 true')sh";
    const Outcome outcome = script(forbid);
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.errors, "bwrap: Creating new namespace failed: nesting depth or "
                              "/proc/sys/user/max_*_namespaces exceeded (ENOSPC)\n");
}

TEST_F(BroughtNamespaces, WithoutAnIdForTheUserMakeItNobody) {
    EXPECT_EQ(lines(R"sh(
        nsenter --preserve-credentials --user=/proc/$outer/ns/user unshare --user sleep 1000 20>&- & third=$!
        until test "$(cat /proc/$third/comm)" = sleep; do :; done
        run --userns 11 --userns2 14 id -u 14< /proc/$third/ns/user
        kill $third)sh"),
              Lines{"65534"});
}

// Where root is nobody it takes an id that there is. Into a pid namespace root needs no user namespace.
TEST_F(BroughtNamespaces, OfOthersAreOpenToRoot) {
    const UserProcess root = UserProcess::unchanged([this] {
        const std::string path = directory_ + "/script";
        std::ofstream(path) << R"sh(set -e
            hold() { unshare "$@" --fork --kill-child sleep 1000 & holder=$!; until inner=$(pgrep -P $!); do :; done; }
            hold --user
            echo '0 100000 10' > /proc/$holder/uid_map
            echo '0 200000 10' > /proc/$holder/gid_map
            "$BWRAP" --ro-bind / / --tmpfs /tmp --chdir /tmp --userns 11 --uid 3 --gid 4 sh -c '
                touch file; test "$(stat -c %u:%g file) $(grep CapEff /proc/$$/status)" = "3:4 $1"' \
                sh "$(grep CapEff /proc/self/status)" 11< /proc/$holder/ns/user
            kill -KILL $holder
            hold --pid
            seen=$("$BWRAP" --ro-bind / / --proc /proc --pidns 12 readlink /proc/self/ns/pid 12< /proc/$inner/ns/pid)
            test "$seen" = "$(readlink /proc/$inner/ns/pid)"
            kill -KILL $holder)sh";
        const std::string bwrap = built("client/frontends/bwrap/sandbox-bwrap");
        EXPECT_EQ(::system(("BWRAP=" + bwrap + " SANDBOXD_ENGINE=auto bash " + path).c_str()), 0);
    });
}

TEST_F(BroughtNamespaces, CanBeThoseOfAnotherSandbox) {
    EXPECT_EQ(lines(R"sh(
        mkfifo info2 end
        "$BWRAP" --ro-bind / / --proc /proc --unshare-user --unshare-pid --info-fd 14 sh -c 'read x < end' 14> info2 &
        child=$(sed -n 's/.*"child-pid": \([0-9]*\).*/\1/p' info2)
        run --userns 14 --pidns 15 sh -c 'readlink /proc/self/ns/user; readlink /proc/self/ns/pid' \
            14< /proc/$child/ns/user 15< /proc/$child/ns/pid > seen
        test "$(cat seen)" = "$(readlink /proc/$child/ns/user; readlink /proc/$child/ns/pid)" && echo same
        echo > end; wait %2)sh"),
              Lines{"same"});
}

} // namespace
} // namespace sandboxd::bus_tests
