// How the command is found and started: program, arguments, environment, directory, descriptors, host name, network.
#include "kernel_test.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace sandboxd::kernel_test {

namespace {

using PayloadTest = KernelTest;
using wire::SetupStep;

wire::Report reportOf(const SpawnerProcess& spawner, PlanBlock plan) {
    return run(spawner, std::move(plan)).report;
}

} // namespace

TEST_F(PayloadTest, TheExitStatusIsThePayloads) {
    const Outcome result = run(spawner(), payloadPlan({"exit", "37"}));
    ASSERT_TRUE(result.status.has_value());
    EXPECT_EQ(result.status->code, CLD_EXITED);
    EXPECT_EQ(result.status->status, 37);
    EXPECT_EQ(result.status->ended, static_cast<std::uint32_t>(wire::EndReason::leaderExited));
    EXPECT_GE(result.status->endedMonotonicUsec, result.report.startedMonotonicUsec);
}

TEST_F(PayloadTest, ASignalThatEndsThePayloadIsRecorded) {
    const Outcome result = run(spawner(), payloadPlan({"signal", "15"}));
    ASSERT_TRUE(result.status.has_value());
    EXPECT_EQ(result.status->code, CLD_KILLED);
    EXPECT_EQ(result.status->status, SIGTERM);
}

TEST_F(PayloadTest, TheProgramIsSearchedInThePayloadsPath) {
    PlanBlock plan = ordinaryPlan();
    plan.environment = {"PATH=/nowhere:/etc/hostname:/usr/bin"};
    EXPECT_EQ(reportOf(spawner(), plan.run({"true"})).error, 0);
    plan.environment = {"PATH=/nowhere"};
    EXPECT_EQ(reportOf(spawner(), plan.run({"true"})).error, ENOENT);
    plan.environment.clear();
    EXPECT_EQ(reportOf(spawner(), plan.run({"true"})).error, 0);
}

TEST_F(PayloadTest, ACommandThatCannotBeExecutedIsReportedAtStepExec) {
    const struct {
        const char* program;
        int error;
    } commands[] = {{"/no/such/file", ENOENT}, {"no-such-command", ENOENT}, {"/etc/passwd", EACCES}, {"/usr", EACCES}};
    for (const auto& command : commands) {
        const wire::Report report = reportOf(spawner(), ordinaryPlan().run({command.program}));
        EXPECT_EQ(report.step, SetupStep::exec) << command.program;
        EXPECT_EQ(report.error, command.error) << command.program;
    }
}

TEST_F(PayloadTest, S77_OddArgumentsAndEnvironmentReachThePayloadAlone) {
    PlanBlock plan = payloadPlan({"arguments", "--owners", "--", "", "a b", std::string(100'000, 'x')});
    plan.environment = {"LD_PRELOAD=/no/such.so",
                        "GLIBC_TUNABLES=glibc.malloc.check=3",
                        "LISTEN_FDS=9",
                        "TWICE=1",
                        "TWICE=2",
                        "without-an-equals-sign",
                        ""};
    const Outcome result = run(spawner(), plan);
    ASSERT_EQ(result.report.error, 0);
    std::string expected;
    for (const std::string& argument : plan.arguments) {
        expected += "argument " + argument + "\n";
    }
    for (const std::string& variable : plan.environment) {
        expected += "environment " + variable + "\n";
    }
    EXPECT_EQ(result.output, expected);
}

TEST_F(PayloadTest, S77_AnArgumentLongerThanTheKernelTakesIsReported) {
    PlanBlock plan = payloadPlan({"arguments", std::string(200'000, 'x')});
    const wire::Report report = reportOf(spawner(), plan);
    EXPECT_EQ(report.step, SetupStep::exec);
    EXPECT_EQ(report.error, E2BIG);
}

TEST_F(PayloadTest, TheWorkingDirectoryIsThePlans) {
    PlanBlock plan = ordinaryPlan();
    plan.workingDirectory = "/usr/bin";
    EXPECT_EQ(run(spawner(), plan.run({"pwd"})).output, "/usr/bin\n");
    plan.workingDirectory = "/nowhere";
    const wire::Report report = reportOf(spawner(), plan);
    EXPECT_EQ(report.step, SetupStep::workingDirectory);
    EXPECT_EQ(report.error, ENOENT);
}

TEST_F(PayloadTest, S78_DescriptorsComeUnderTheirNumbersAndNoOthers) {
    const UniqueFd file(::open("/etc/hostname", O_RDONLY | O_CLOEXEC));
    PlanBlock plan = payloadPlan({"fds"});
    plan.fds = {{3, 0}, {7, 0}, {200, 1}}; // the same twice
    const Outcome result = run(spawner(), plan, {file.get(), file.get()});
    ASSERT_EQ(result.report.error, 0);
    EXPECT_EQ(result.output, "0\n1\n2\n3\n7\n200\n");
}

TEST_F(PayloadTest, AMissingStandardInputIsTheNullDevice) {
    PlanBlock plan = ordinaryPlan();
    EXPECT_EQ(run(spawner(), plan.run({"sh", "-c", "stat -L -c '%t:%T' /proc/self/fd/0; cat"})).output, "1:3\n");
}

TEST_F(PayloadTest, HostNameAndLoopbackAreTheSandboxesOwn) {
    PlanBlock plan = ordinaryPlan();
    plan.hostname = "sandbox";
    plan.run({"sh", "-c",
              "cat /proc/sys/kernel/hostname; grep -c . /proc/net/dev; cat /proc/net/fib_trie | grep -c 127.0.0.1"});
    const Outcome up = run(spawner(), plan);
    ASSERT_EQ(up.report.error, 0);
    EXPECT_EQ(up.output.rfind("sandbox\n", 0), 0U);
    EXPECT_EQ(up.output.find("\n0\n"), std::string::npos) << up.output;
    plan.header.network = static_cast<std::uint32_t>(wire::Network::none);
    const Outcome down = run(spawner(), plan);
    EXPECT_NE(down.output.find("\n0\n"), std::string::npos) << down.output;
}

} // namespace sandboxd::kernel_test
