// A sandbox in its caller's pid namespace: the payload sees the caller's processes and reaches into none, and all of
// the sandbox ends as one with a namespace of its own does. Also the time namespace.
#include "kernel_test.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>

namespace sandboxd::kernel_test {

namespace {

using SharedPidsTest = KernelTest;

PlanBlock sharing(PlanBlock plan) {
    plan.header.namespaces &= ~unsigned{wire::unsharePid};
    return plan;
}

std::string linkOf(const std::string& name) {
    return std::filesystem::read_symlink("/proc/self/ns/" + name).string() + "\n";
}

pid_t parentOf(pid_t pid) {
    std::ifstream status("/proc/" + std::to_string(pid) + "/status");
    for (std::string line; std::getline(status, line);) {
        if (line.rfind("PPid:", 0) == 0) {
            return std::stoi(line.substr(5));
        }
    }
    return -1;
}

// A process of the test's payload program, zombies included.
bool isAnyPayloadLeft() {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
        std::ifstream comm(entry.path() / "comm");
        std::string name;
        if (comm >> name && name == "payload") {
            return true;
        }
    }
    return false;
}

// One whose payload has left a process behind that ignores signals; all of them hold the pipe.
struct Stubborn {
    CallerProcess caller;
    SandboxClient client;
    UniqueFd output;

    Stubborn(const SpawnerProcess& spawner, PlanBlock plan, std::size_t processes = 2) : client(spawner, caller) {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) {
            throw std::runtime_error("cannot make a pipe");
        }
        output.reset(ends[0]);
        UniqueFd writer(ends[1]);
        plan.fds = {{1, 0}};
        client.launch(std::move(plan), {writer.get()});
        writer.reset();
        std::string said(processes * std::string("ready\n").size(), '\0');
        for (std::size_t size = 0; client.report().error == 0 && size < said.size();) {
            const ssize_t part = ::read(output.get(), said.data() + size, said.size() - size);
            if (part <= 0) {
                throw std::runtime_error("not all processes are ready");
            }
            size += static_cast<std::size_t>(part);
        }
    }

    // Within the patience of a test nobody holds the pipe any more.
    [[nodiscard]] bool allEnd() const {
        pollfd entry{output.get(), POLLIN, 0};
        char byte = 0;
        return ::poll(&entry, 1, 20'000) == 1 && ::read(output.get(), &byte, 1) == 0;
    }
};

// What is to lose its warden. Where no cgroup ends what the payload left behind, nothing does: there it is the payload
// alone, which has a parent-death signal.
std::unique_ptr<Stubborn> makeForDeath(const SpawnerProcess& spawner, PlanBlock both, PlanBlock alone) {
    return spawner.cgroup().empty() ? std::make_unique<Stubborn>(spawner, std::move(alone), 1)
                                    : std::make_unique<Stubborn>(spawner, std::move(both));
}

} // namespace

TEST_F(SharedPidsTest, ThePayloadIsInTheCallersPidNamespaceAndSeesItsProc) {
    const CallerProcess caller;
    PlanBlock plan = sharing(ordinaryPlan());
    plan.run(
        {"sh", "-c", "readlink /proc/self/ns/pid; test -e /proc/" + std::to_string(caller.pid()) + " && echo seen"});
    const Outcome result = run(spawner(), caller, plan);
    ASSERT_EQ(result.report.error, 0);
    EXPECT_EQ(result.output, linkOf("pid") + "seen\n");
}

TEST_F(SharedPidsTest, ProcIsMountedWithoutDevicesSetIdsAndExecution) {
    PlanBlock plan = sharing(ordinaryPlan());
    plan.run({"sh", "-c", "grep ' /proc ' /proc/self/mountinfo | cut -d' ' -f6"});
    const std::string options = run(spawner(), plan).output;
    for (const char* option : {"nosuid", "nodev", "noexec"}) {
        EXPECT_NE(options.find(option), std::string::npos) << options;
    }
}

TEST_F(SharedPidsTest, S02_S43_TheCallersProcessesCanBeSignalledAndNothingElse) {
    const CallerProcess caller;
    const CallerProcess other; // of the same uid
    const Outcome result = run(spawner(), caller, sharing(payloadPlan({"attack", std::to_string(other.pid())})));
    ASSERT_EQ(result.report.error, 0);
    auto results = parseResults(result.output);
    EXPECT_EQ(results.at("signal"), 0);
    results.erase("signal");
    EXPECT_EQ(results.size(), 12U);
    for (const auto& [name, error] : results) {
        EXPECT_NE(error, 0) << name;
    }
}

TEST_F(SharedPidsTest, S43_ProcessesOfOthersCannotBeSignalled) {
    const std::string spawnersPid = std::to_string(spawner().pid());
    const Outcome result = run(spawner(), sharing(payloadPlan({"attack", spawnersPid})));
    ASSERT_EQ(result.report.error, 0);
    for (const auto& [name, error] : parseResults(result.output)) {
        EXPECT_NE(error, 0) << name;
    }
}

TEST_F(SharedPidsTest, S05_S08_ThePayloadIsConfinedAsWithPidsOfItsOwn) {
    const Outcome result = run(spawner(), sharing(payloadPlan({"nested"})));
    ASSERT_EQ(result.report.error, 0);
    for (const auto& [name, error] : parseResults(result.output)) {
        EXPECT_NE(error, 0) << name;
    }
    const Outcome status =
        run(spawner(), sharing(ordinaryPlan().run({"grep", "-E", "^Cap(Eff|Bnd)", "/proc/self/status"})));
    EXPECT_EQ(status.output, "CapEff:\t0000000000000000\nCapBnd:\t0000000000000000\n");
}

TEST_F(SharedPidsTest, S44_AnOrderEndsAllOfIt) {
    Stubborn sandbox(spawner(), sharing(payloadPlan({"daemonise"})));
    ASSERT_EQ(sandbox.client.report().error, 0);
    sandbox.client.order(wire::OrderKind::end);
    EXPECT_TRUE(sandbox.client.awaitEnd().has_value());
    EXPECT_TRUE(sandbox.allEnd());
}

// Who hears of the end may count on it: nothing is awaited after it.
TEST_F(SharedPidsTest, WhenTheEndIsToldNothingIsLeft) {
    for (int i = 0; i < 50; ++i) {
        Stubborn sandbox(spawner(), sharing(payloadPlan({"daemonise"})));
        ASSERT_EQ(sandbox.client.report().error, 0);
        ::kill(sandbox.client.leaderPid(), SIGKILL);
        ASSERT_TRUE(sandbox.client.awaitEnd().has_value());
        EXPECT_FALSE(isAnyPayloadLeft()) << i;
    }
}

TEST_F(SharedPidsTest, TheEndOfThePayloadEndsAllOfIt) {
    Stubborn sandbox(spawner(), sharing(payloadPlan({"daemonise"})));
    ASSERT_EQ(sandbox.client.report().error, 0);
    ::kill(sandbox.client.leaderPid(), SIGKILL);
    EXPECT_EQ(sandbox.client.awaitEnd()->status, SIGKILL);
    EXPECT_TRUE(sandbox.allEnd());
}

TEST_F(SharedPidsTest, TheDeathOfTheWardenEndsAllOfIt) {
    const std::unique_ptr<Stubborn> made =
        makeForDeath(spawner(), sharing(payloadPlan({"daemonise"})), sharing(payloadPlan({"wait"})));
    Stubborn& sandbox = *made;
    ASSERT_EQ(sandbox.client.report().error, 0);
    ::kill(parentOf(sandbox.client.leaderPid()), SIGKILL);
    EXPECT_FALSE(sandbox.client.awaitEnd().has_value());
    EXPECT_TRUE(sandbox.allEnd());
}

TEST_F(SharedPidsTest, WhatADeadWardenOfAnEarlierSpawnerLeftIsEndedByTheNext) {
    const std::unique_ptr<Stubborn> made =
        makeForDeath(spawner(), sharing(payloadPlan({"daemonise"})), sharing(payloadPlan({"wait"})));
    Stubborn& sandbox = *made;
    ASSERT_EQ(sandbox.client.report().error, 0);
    const pid_t warden = parentOf(sandbox.client.leaderPid());
    spawner().kill();
    ::kill(warden, SIGKILL);
    EXPECT_FALSE(sandbox.client.awaitEnd().has_value());
    spawner().restart();
    EXPECT_TRUE(sandbox.allEnd());
    EXPECT_EQ(run(spawner(), ordinaryPlan()).report.error, 0);
}

TEST_F(SharedPidsTest, ATimeNamespaceIsNewOnlyIfItIsAskedFor) {
    PlanBlock plan = ordinaryPlan();
    plan.run({"readlink", "/proc/self/ns/time"});
    EXPECT_EQ(run(spawner(), plan).output, linkOf("time"));
    plan.header.namespaces |= wire::unshareTime;
    const Outcome own = run(spawner(), plan);
    ASSERT_EQ(own.report.error, 0);
    EXPECT_EQ(own.output.rfind("time:[", 0), 0U) << own.output;
    EXPECT_NE(own.output, linkOf("time"));
}

} // namespace sandboxd::kernel_test
