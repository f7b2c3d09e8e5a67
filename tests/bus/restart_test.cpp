// Broker or spawner killed: sandboxes with a lifeline go on and end as they should; both come back and serve.
#include "bus_test.hpp"

#include <poll.h>

#include <csignal>

namespace sandboxd::bus_tests {
namespace {

class Restart : public BusTest, public testing::WithParamInterface<const char*> {
protected:
    void restart() {
        killAndAwaitSuccessor(GetParam());
        daemonsChange();
        warmUp(); // so that descriptors can be compared
    }
};

// Spawns with a lifeline, waits while the daemon is killed, then lets `end` end the sandbox and waits for that.
void survive(const Line& started, const Line& killed, const std::function<void(Pipe& input, Pipe& lifeline)>& end) {
    Pipe input;
    Pipe lifeline;
    UniqueFd pidfd;
    {
        Connection connection;
        SpawnRequest request = program({"/bin/cat"});
        request.giving(0, input.readEnd.get())
            .with("lifetime", text("fd"))
            .with("lifeline", descriptor(lifeline.readEnd.get()));
        Spawned spawned = connection.spawn(request);
        EXPECT_EQ(spawned.error, "") << spawned.errorMessage;
        pidfd = std::move(spawned.pidfd);
    }
    input.readEnd.reset();
    lifeline.readEnd.reset();
    started.say();
    EXPECT_EQ(killed.hear(), "go");
    pollfd entry{pidfd.get(), POLLIN, 0};
    EXPECT_EQ(poll(&entry, 1, 0), 0) << "the sandbox did not survive";
    end(input, lifeline);
    awaitExit(pidfd.get(), "the payload's end");
}

TEST_P(Restart, ASandboxEndsByItsLifelineAfterwards) {
    Line started;
    Line killed;
    UserProcess owner(user_,
                      [&] { survive(started, killed, [](Pipe&, Pipe& lifeline) { lifeline.writeEnd.reset(); }); });
    EXPECT_EQ(started.hear(), "go");
    restart();
    killed.say();
}

TEST_P(Restart, ASandboxEndsWithItsPayloadAfterwards) {
    Line started;
    Line killed;
    UserProcess owner(user_, [&] { survive(started, killed, [](Pipe& input, Pipe&) { input.writeEnd.reset(); }); });
    EXPECT_EQ(started.hear(), "go");
    restart();
    killed.say();
}

TEST_P(Restart, TheNextRequestIsServed) {
    restart();
    asUser(user_, [] {
        Connection connection;
        const Ran ran = runShell(connection, shell("echo served"));
        EXPECT_EQ(ran.output, "served\n") << ran.spawned.errorMessage;
    });
}

INSTANTIATE_TEST_SUITE_P(Of, Restart, testing::Values("broker", "spawner"),
                         [](const auto& each) { return std::string(each.param); });

} // namespace
} // namespace sandboxd::bus_tests
