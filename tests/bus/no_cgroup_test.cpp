// Where no cgroup v2 is writable (tests/bus/run starts such a system) it is said, and sandboxes work and end all the
// same.
#include "bus_test.hpp"

#include <csignal>
#include <cstdlib>

namespace sandboxd::bus_tests {
namespace {

class NoCgroup : public BusTest {
protected:
    void SetUp() override { ASSERT_EQ(getenv("PRIVATE_SYSTEM_CGROUP"), nullptr) << "this system has one"; }
};

// Ignores what can be ignored, with a child that left its session; both hold the output.
SpawnRequest stubborn(const Pipe& output) {
    return shell("trap '' TERM HUP INT PIPE; setsid sleep 1000 & echo ready; while :; do sleep 1000; done")
        .giving(1, output.writeEnd.get());
}

TEST_F(NoCgroup, IsSaidInResultsAndProperty) {
    asUser(user_, [] {
        Connection connection;
        Ran ran = runShell(connection, shell("echo works"));
        EXPECT_EQ(ran.output, "works\n") << ran.spawned.errorMessage;
        EXPECT_EQ(ran.spawned.results["cgroup"], "none");
        EXPECT_EQ(connection.textProperty(ran.spawned.path, Connection::sandboxInterface, "ControlGroup"), "none");
    });
}

TEST_F(NoCgroup, KillOfAllReachesEveryProcess) {
    asUser(user_, [] {
        Connection connection;
        Pipe output;
        const Spawned spawned = connection.spawn(stubborn(output));
        ASSERT_EQ(spawned.error, "") << spawned.errorMessage;
        awaitReadable(output.readEnd.get(), "the payload");
        EXPECT_EQ(connection.kill(spawned.path, "all", SIGKILL), "");
        EXPECT_EQ(connection.wait(spawned.path).status, SIGKILL);
        EXPECT_EQ(output.read(), "ready\n"); // its end: nobody holds it any more
    });
}

TEST_F(NoCgroup, TheEndOfTheConnectionReachesEveryProcess) {
    asUser(user_, [] {
        Pipe output;
        {
            Connection connection;
            ASSERT_EQ(connection.spawn(stubborn(output)).error, "");
            awaitReadable(output.readEnd.get(), "the payload");
        }
        EXPECT_EQ(output.read(), "ready\n");
    });
}

SpawnRequest sharingPids(SpawnRequest request) {
    return request.with("namespaces", strings({"mount", "ipc", "uts", "cgroup"}));
}

TEST_F(NoCgroup, WithSharedPidsItIsSaidThatTheWardenEndsAll) {
    asUser(user_, [] {
        Connection connection;
        EXPECT_EQ(runShell(connection, shell(":")).spawned.results["ends-by"], "pid-namespace");
        EXPECT_EQ(runShell(connection, sharingPids(shell(":"))).spawned.results["ends-by"], "walk");
    });
}

TEST_F(NoCgroup, WithSharedPidsKillOfAllReachesEveryProcess) {
    asUser(user_, [] {
        Connection connection;
        Pipe output;
        const Spawned spawned = connection.spawn(sharingPids(stubborn(output)));
        ASSERT_EQ(spawned.error, "") << spawned.errorMessage;
        awaitReadable(output.readEnd.get(), "the payload");
        EXPECT_EQ(connection.kill(spawned.path, "all", SIGKILL), "");
        EXPECT_EQ(connection.wait(spawned.path).status, SIGKILL);
        EXPECT_EQ(output.read(), "ready\n");
    });
}

TEST_F(NoCgroup, WithSharedPidsWhatThePayloadLeavesBehindIsEnded) {
    asUser(user_, [] {
        Connection connection;
        const Ran ran = runShell(connection, sharingPids(shell("setsid sh -c 'sleep 1000 & sleep 1000' & echo done")));
        EXPECT_EQ(ran.output, "done\n"); // its end: nobody holds it any more
        EXPECT_EQ(ran.ended.status, 0);
    });
}

// An orphan that nobody reaps would stay in /proc, and this script would not end.
TEST_F(NoCgroup, WithSharedPidsOrphansAreReaped) {
    asUser(user_, [] {
        Connection connection;
        const std::string script =
            "orphan=$(sh -c 'true >&- & echo $!'); while [ -e /proc/$orphan ]; do :; done; echo gone";
        EXPECT_EQ(runShell(connection, sharingPids(shell(script))).output, "gone\n");
    });
}

} // namespace
} // namespace sandboxd::bus_tests
