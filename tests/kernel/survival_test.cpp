// Many sandboxes in a row, and sandboxes that outlive the spawner: nothing is lost, nothing is left.
#include "kernel_test.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>

namespace sandboxd::kernel_test {

namespace {

using SurvivalTest = KernelTest;

pid_t youngestChild(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/task/" + std::to_string(pid) + "/children");
    pid_t child = -1;
    for (pid_t next = 0; file >> next;) {
        child = next;
    }
    return child;
}

// A sandbox that waits, with a lifeline, and without anything that would end it by itself.
struct Lasting {
    SandboxClient client;
    UniqueFd lifeline;

    Lasting(const SpawnerProcess& spawner, const CallerProcess& caller, PlanBlock plan) : client(spawner, caller) {
        int line[2];
        EXPECT_EQ(::pipe2(line, O_CLOEXEC), 0);
        const UniqueFd far(line[0]);
        lifeline.reset(line[1]);
        plan.header.lifeline = 0;
        client.launch(std::move(plan), {far.get()});
    }
};

void endByOrder(Lasting& sandbox) {
    sandbox.client.order(wire::OrderKind::end);
}
void endByLifeline(Lasting& sandbox) {
    sandbox.lifeline.reset();
}
void endBySignal(Lasting& sandbox) {
    sandbox.client.order(wire::OrderKind::signalLeader, SIGTERM);
}
void endByKill(Lasting& sandbox) {
    ::kill(sandbox.client.leaderPid(), SIGKILL);
}

// The warden is the leader's parent.
pid_t wardenOf(pid_t leader) {
    std::ifstream status("/proc/" + std::to_string(leader) + "/status");
    for (std::string line; std::getline(status, line);) {
        if (line.rfind("PPid:", 0) == 0) {
            return std::stoi(line.substr(5));
        }
    }
    return -1;
}

} // namespace

TEST_F(SurvivalTest, TwoThousandSandboxesEndedInAllWaysLeaveNothing) {
    const CallerProcess caller;
    const PlanBlock waiting = payloadPlan({"wait"});
    const PlanBlock short_ = payloadPlan({"exit", "0"});
    PlanBlock missing = ordinaryPlan();
    missing.run({"/no/such/program"});
    void (*const ends[])(Lasting&) = {endByOrder, endByLifeline, endBySignal, endByKill};
    for (int i = 0; i < 2000; ++i) {
        switch (i % 8) {
        case 0:
        case 1:
        case 2:
        case 3: {
            Lasting sandbox(spawner(), caller, waiting);
            ASSERT_EQ(sandbox.client.report().error, 0) << i;
            ends[i % 8](sandbox);
            ASSERT_TRUE(sandbox.client.awaitEnd().has_value()) << i;
            break;
        }
        case 4: {
            SandboxClient client(spawner(), caller);
            ASSERT_EQ(client.launch(short_).error, 0) << i;
            ASSERT_EQ(client.awaitEnd()->status, 0) << i;
            break;
        }
        case 5: {
            SandboxClient client(spawner(), caller);
            ASSERT_EQ(client.launch(missing).error, ENOENT) << i;
            ASSERT_TRUE(reachesEnd(client.control())) << i;
            break;
        }
        case 6: { // the warden is killed: init's parent-death signal ends the rest
            Lasting sandbox(spawner(), caller, waiting);
            ASSERT_EQ(sandbox.client.report().error, 0) << i;
            ::kill(wardenOf(sandbox.client.leaderPid()), SIGKILL);
            ASSERT_FALSE(sandbox.client.awaitEnd().has_value()) << i;
            break;
        }
        default: { // given up before Launch
            const SandboxClient client(spawner(), caller);
            ASSERT_EQ(client.facts().error, 0) << i;
        }
        }
    }
}

TEST_F(SurvivalTest, SandboxesOutliveTheSpawnerAndTheBroker) {
    const CallerProcess caller;
    Lasting byLifeline(spawner(), caller, payloadPlan({"wait"}));
    Lasting byPayload(spawner(), caller, payloadPlan({"wait"}));
    Lasting byOrder(spawner(), caller, payloadPlan({"wait"}));
    ASSERT_EQ(byOrder.client.report().error, 0);
    spawner().restart();
    for (const Lasting* sandbox : {&byLifeline, &byPayload, &byOrder}) {
        pollfd entry{sandbox->client.leader(), POLLIN, 0};
        EXPECT_EQ(::poll(&entry, 1, 0), 0) << "a sandbox ended with its spawner";
    }
    byLifeline.lifeline.reset();
    EXPECT_EQ(byLifeline.client.awaitEnd()->ended, static_cast<std::uint32_t>(wire::EndReason::lifelineClosed));
    ::kill(byPayload.client.leaderPid(), SIGTERM);
    EXPECT_EQ(byPayload.client.awaitEnd()->status, SIGTERM);
    byOrder.client.order(wire::OrderKind::end);
    EXPECT_EQ(byOrder.client.awaitEnd()->ended, static_cast<std::uint32_t>(wire::EndReason::ordered));
    // The new spawner serves, and sweeps the leaves that the old one's wardens left.
    EXPECT_EQ(run(spawner(), ordinaryPlan()).report.error, 0);
}

TEST_F(SurvivalTest, AWardenKilledDuringSetupLeavesNothing) {
    const CallerProcess caller;
    for (int i = 0; i < 20; ++i) {
        SandboxClient client(spawner(), caller);
        ASSERT_EQ(client.facts().error, 0);
        PlanBlock plan = payloadPlan({"wait"});
        const UniqueFd memfd(sealedMemfd(plan.bytes()));
        const pid_t warden = youngestChild(spawner().pid()); // older ones may not be reaped yet
        client.sendLaunch(memfd.get(), 0, {});
        ::kill(warden, SIGKILL);
        EXPECT_TRUE(reachesEnd(client.control()));
    }
}

} // namespace sandboxd::kernel_test
