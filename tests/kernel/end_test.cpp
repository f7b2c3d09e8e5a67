// Every way in which a sandbox ends, and that nothing of it stays.
#include "kernel_test.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <stdexcept>

namespace sandboxd::kernel_test {

namespace {

using EndTest = KernelTest;
using wire::EndReason;
using wire::SetupStep;

// A sandbox that waits and has said so, with its lifeline's other end here.
struct Ready {
    CallerProcess caller;
    SandboxClient client;
    UniqueFd lifeline;

    explicit Ready(const SpawnerProcess& spawner, PlanBlock plan) : client(spawner, caller) {
        int line[2];
        int output[2];
        if (::pipe2(line, O_CLOEXEC) != 0 || ::pipe2(output, O_CLOEXEC) != 0) {
            throw std::runtime_error("cannot make a pipe");
        }
        const UniqueFd far(line[0]);
        lifeline.reset(line[1]);
        const UniqueFd reader(output[0]);
        UniqueFd writer(output[1]);
        plan.header.lifeline = 0;
        plan.fds = {{1, 1}};
        client.launch(std::move(plan), {far.get(), writer.get()});
        writer.reset();
        char byte = 0;
        if (client.report().error == 0 && ::read(reader.get(), &byte, 1) != 1) {
            throw std::runtime_error("the payload does not say that it is ready");
        }
    }
};

std::uint32_t number(EndReason reason) {
    return static_cast<std::uint32_t>(reason);
}

} // namespace

TEST_F(EndTest, AnOrderEndsTheSandbox) {
    Ready sandbox(spawner(), payloadPlan({"wait"}));
    ASSERT_EQ(sandbox.client.report().error, 0);
    sandbox.client.order(wire::OrderKind::end);
    const auto status = sandbox.client.awaitEnd();
    ASSERT_TRUE(status.has_value());
    EXPECT_EQ(status->ended, number(EndReason::ordered));
    EXPECT_EQ(status->status, SIGKILL);
}

TEST_F(EndTest, TheLifelineEndsTheSandbox) {
    Ready sandbox(spawner(), payloadPlan({"wait"}));
    ASSERT_EQ(sandbox.client.report().error, 0);
    sandbox.lifeline.reset();
    const auto status = sandbox.client.awaitEnd();
    ASSERT_TRUE(status.has_value());
    EXPECT_EQ(status->ended, number(EndReason::lifelineClosed));
}

TEST_F(EndTest, ASignalOrderReachesThePayload) {
    Ready sandbox(spawner(), payloadPlan({"wait"}));
    ASSERT_EQ(sandbox.client.report().error, 0);
    sandbox.client.order(wire::OrderKind::signalLeader, SIGTERM);
    const auto status = sandbox.client.awaitEnd();
    ASSERT_TRUE(status.has_value());
    EXPECT_EQ(status->ended, number(EndReason::leaderExited));
    EXPECT_EQ(status->status, SIGTERM);
}

TEST_F(EndTest, TheDeathOfInitEndsTheSandbox) {
    Ready sandbox(spawner(), ordinaryPlan().run({"sh", "-c", "echo ready; exec sleep 1000"}));
    ASSERT_EQ(sandbox.client.report().error, 0);
    // The caller may signal its own uid's processes: init is the leader's neighbour in its pid namespace.
    const pid_t leader = sandbox.client.leaderPid();
    EXPECT_EQ(runAsCaller([&] { return ::kill(leader, SIGKILL) == 0 ? 0 : errno; }), 0);
    EXPECT_TRUE(sandbox.client.awaitEnd().has_value());
}

TEST_F(EndTest, S44_ADaemonThatIgnoresSignalsEndsWithItsSandbox) {
    Ready sandbox(spawner(), payloadPlan({"daemonise"}));
    ASSERT_EQ(sandbox.client.report().error, 0);
    sandbox.client.order(wire::OrderKind::end);
    EXPECT_TRUE(sandbox.client.awaitEnd().has_value());
}

TEST_F(EndTest, TheCallersPipesEndWithThePayload) {
    // run() reads until the end of a pipe that the warden and init must not hold.
    EXPECT_EQ(run(spawner(), ordinaryPlan().run({"sh", "-c", "exec >&- 2>&-; exit 3"})).status->status, 3);
}

TEST_F(EndTest, AReservationThatIsGivenUpLeavesNothing) {
    const CallerProcess caller;
    SandboxClient client(spawner(), caller);
    ASSERT_EQ(client.facts().error, 0);
    client.closeControl();
}

TEST_F(EndTest, AClosedLifelineEndsTheSetup) {
    const CallerProcess caller;
    int line[2];
    ASSERT_EQ(::pipe2(line, O_CLOEXEC), 0);
    const UniqueFd far(line[0]);
    ::close(line[1]);
    PlanBlock plan = payloadPlan({"wait"});
    plan.header.lifeline = 0;
    SandboxClient client(spawner(), caller);
    client.launch(plan, {far.get()});
    if (client.report().error == 0) {
        EXPECT_EQ(client.awaitEnd()->ended, number(EndReason::lifelineClosed));
    } else {
        EXPECT_EQ(client.report().step, SetupStep::lifeline);
        EXPECT_TRUE(reachesEnd(client.control()));
    }
}

TEST_F(EndTest, ASetupThatIsOverItsDeadlineEnds) {
    const CallerProcess caller;
    PlanBlock plan = payloadPlan({"wait"});
    plan.header.setupTimeoutUsec = 0;
    SandboxClient client(spawner(), caller);
    EXPECT_EQ(client.launch(plan).step, SetupStep::timeout);
    EXPECT_EQ(client.report().error, ETIMEDOUT);
    EXPECT_TRUE(reachesEnd(client.control()));
}

} // namespace sandboxd::kernel_test
