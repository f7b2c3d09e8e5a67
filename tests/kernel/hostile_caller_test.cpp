// What a caller, or whoever started the spawner, could leave behind in a payload or hold up for others.
#include "kernel_test.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace sandboxd::kernel_test {

namespace {

using HostileCallerTest = KernelTest;
using wire::SetupStep;

// A directory that only root may enter, as the working directory of the calling process.
void enterRootsDirectory(const std::string& path) {
    if (::mkdir(path.c_str(), 0700) != 0 || ::chdir(path.c_str()) != 0) {
        ::_exit(1);
    }
}

void launchOnly(SandboxClient& client, const PlanBlock& plan) {
    const UniqueFd memfd(sealedMemfd(plan.bytes()));
    client.sendLaunch(memfd.get(), 0, {});
}

} // namespace

TEST_F(HostileCallerTest, AReservedWardenOutlivesTheSpawnerWithItsLeaf) {
    const CallerProcess caller;
    SandboxClient client(spawner(), caller);
    ASSERT_EQ(client.facts().error, 0);
    spawner().restart();
    // The new one has swept the tree by the time it answers.
    const SandboxClient other(spawner(), caller);
    ASSERT_EQ(other.facts().error, 0);
    const wire::Report& report = client.launch(payloadPlan({"exit", "3"}));
    ASSERT_EQ(report.error, 0);
    EXPECT_EQ(client.awaitEnd()->status, 3);
}

TEST_F(HostileCallerTest, ACallerThatMayNotEnterItsDirectoryIsServedWhereNothingThereIsWanted) {
    const std::string directory = spawner().directory() + "/roots";
    const CallerProcess caller([&] { enterRootsDirectory(directory); });
    PlanBlock plan = payloadPlan({"exit", "0"});
    EXPECT_EQ(run(spawner(), caller, plan).report.error, 0);
    plan.add({wire::MountKind::bind, "/here", "here", wire::mountRecursive});
    const Outcome refused = run(spawner(), caller, plan);
    EXPECT_EQ(refused.report.error, EACCES);
    EXPECT_EQ(refused.report.step, SetupStep::source);
    EXPECT_EQ(refused.report.operation, plan.mounts.size() - 1);
}

// Nobody would know the sandbox: neither its caller nor a broker to come.
TEST_F(HostileCallerTest, ABrokerThatDiesBeforeTheReportLeavesNoSandbox) {
    const CallerProcess caller;
    for (int i = 0; i < 20; ++i) {
        SandboxClient client(spawner(), caller);
        ASSERT_EQ(client.facts().error, 0);
        launchOnly(client, payloadPlan({"wait"}));
        client.closeControl();
    }
}

// The unread report resets the connection, and must not swallow the order.
TEST_F(HostileCallerTest, AnOrderToEndCountsAlsoWhenTheReportWasNeverRead) {
    const CallerProcess caller;
    for (int i = 0; i < 20; ++i) {
        SandboxClient client(spawner(), caller);
        ASSERT_EQ(client.facts().error, 0);
        launchOnly(client, payloadPlan({"wait"}));
        pollfd entry{client.control(), POLLIN, 0};
        ASSERT_EQ(::poll(&entry, 1, 20'000), 1);
        client.order(wire::OrderKind::end);
        client.closeControl();
    }
}

// The clean-up of the warden's copies must not be the last thing that the payload waits for.
TEST_F(HostileCallerTest, DescriptorsOfTheCallerAreLetGoWhileTheSandboxRuns) {
    const CallerProcess caller;
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const UniqueFd reader(ends[0]);
    UniqueFd writer(ends[1]);
    SandboxClient client(spawner(), caller);
    ASSERT_EQ(client.launch(payloadPlan({"wait"}), {writer.get()}).error, 0); // given to nobody
    writer.reset();
    pollfd entry{reader.get(), POLLIN, 0};
    EXPECT_EQ(::poll(&entry, 1, 20'000), 1) << "a copy is still open";
    client.order(wire::OrderKind::end);
    EXPECT_TRUE(client.awaitEnd().has_value());
}

} // namespace sandboxd::kernel_test
