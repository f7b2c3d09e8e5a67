// Hundreds of sandboxes in a row that end in every way there is: broker, spawner and system hold no more afterwards.
#include "bus_test.hpp"

#include <csignal>

namespace sandboxd::bus_tests {
namespace {

// polkitd 122 at times gives no answer for ten seconds when so much is asked; that is refused, and not what is tested
// here.
Spawned surely(Connection& connection, const SpawnRequest& request) {
    Spawned spawned = connection.spawn(request);
    return spawned.error == "AuthorityUnavailable" ? connection.spawn(request) : std::move(spawned);
}

constexpr int users = 7;  // 7 * 8 * 6 sandboxes, and 7 * 8 * 3 refusals
constexpr int rounds = 8; // of one user: 24 refusals, one below those after which it would have to wait

class ManySandboxes : public BusTest {
protected:
    ManySandboxes() { nothingStarts(); } // the broker's descriptors are compared as well: it closes those of ended ones
};

SpawnRequest sleeper() {
    return program({"/bin/sleep", "1000"});
}

void expectEnd(Connection& connection, const std::string& path, int code, int status) {
    const Ended ended = connection.wait(path);
    EXPECT_EQ(ended.code, code) << ended.error;
    EXPECT_EQ(ended.status, status);
}

void endByPayload(Connection& connection) {
    const Spawned spawned = surely(connection, shell("exit 3"));
    expectEnd(connection, spawned.path, CLD_EXITED, 3);
}

void endByKill(Connection& connection, const std::string& whom) {
    const Spawned spawned = surely(connection, sleeper());
    EXPECT_EQ(connection.kill(spawned.path, whom, SIGKILL), "") << spawned.errorMessage;
    expectEnd(connection, spawned.path, CLD_KILLED, SIGKILL);
}

void endByTerminate(Connection& connection) {
    const Spawned spawned = surely(connection, sleeper());
    Message message = connection.method("Terminate", spawned.path, Connection::sandboxInterface);
    must(sd_bus_message_append(message.get(), "t", std::uint64_t{60'000'000}), "append");
    EXPECT_TRUE(connection.call(std::move(message)).ok()) << spawned.errorMessage;
    expectEnd(connection, spawned.path, CLD_KILLED, SIGTERM);
}

void endByLifeline(Connection& connection) {
    Pipe lifeline;
    const Spawned spawned =
        surely(connection, sleeper().with("lifetime", text("fd")).with("lifeline", descriptor(lifeline.readEnd.get())));
    lifeline.writeEnd.reset();
    expectEnd(connection, spawned.path, CLD_KILLED, SIGKILL);
}

void endByConnection() {
    UniqueFd payload;
    {
        Connection connection;
        payload = std::move(surely(connection, sleeper()).pidfd);
    }
    awaitExit(payload.get(), "the payload's end");
}

void oneOfEachKind(Connection& connection) {
    endByPayload(connection);
    endByKill(connection, "leader");
    endByKill(connection, "all");
    endByTerminate(connection);
    endByLifeline(connection);
    endByConnection();
    const Operation missing = bindReadOnly("/no/such", "/t");
    EXPECT_EQ(surely(connection, program({"/bin/true"}).mounting(missing)).error, "SetupFailed");
    EXPECT_EQ(surely(connection, program({"/no/such"})).error, "ExecFailed");
    EXPECT_EQ(surely(connection, program({"/bin/true"}).with("no-such-key", text(""))).error, "UnknownOption");
}

TEST_F(ManySandboxes, EndedInEveryWayLeaveNothing) {
    for (int count = 0; count < users; ++count) {
        asUser(freshUser(), [] {
            Connection connection;
            for (int round = 0; round < rounds; ++round) {
                oneOfEachKind(connection);
            }
        });
    }
}

} // namespace
} // namespace sandboxd::bus_tests
