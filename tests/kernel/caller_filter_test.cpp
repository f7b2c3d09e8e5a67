// Filters of the caller's own: what the payload's process reads is what the kernel applies, and what is none is refused
// by its position.
#include "kernel_test.hpp"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>

namespace sandboxd::kernel_test {

namespace {

using CallerFilterTest = KernelTest;
using Program = std::vector<sock_filter>;
using wire::SetupStep;

const Program allowAll{BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};

Program refuse(long call, int error) {
    return {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call), 0, 1),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error)),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
}

UniqueFd holding(const void* data, std::size_t size) {
    UniqueFd file(::memfd_create("filter", MFD_CLOEXEC));
    EXPECT_EQ(::write(file.get(), data, size), static_cast<ssize_t>(size));
    EXPECT_EQ(::lseek(file.get(), 0, SEEK_SET), 0);
    return file;
}

UniqueFd holding(const Program& program) {
    return holding(program.data(), program.size() * sizeof(sock_filter));
}

PlanBlock filtered(PlanBlock plan, std::uint32_t count) {
    for (std::uint32_t index = 0; index < count; ++index) {
        plan.callerFilters.push_back(index);
    }
    return plan;
}

wire::Report reportWith(const SpawnerProcess& spawner, int fd) {
    return run(spawner, filtered(ordinaryPlan(), 1), {fd}).report;
}

} // namespace

TEST_F(CallerFilterTest, EachNarrowsWhatThePayloadMayDo) {
    const UniqueFd chroot = holding(refuse(SYS_chroot, EDOM));
    const UniqueFd pivot = holding(refuse(SYS_pivot_root, EXDEV));
    const Outcome result = run(spawner(), filtered(payloadPlan({"mounts"}), 2), {chroot.get(), pivot.get()});
    ASSERT_EQ(result.report.error, 0);
    const auto results = parseResults(result.output);
    EXPECT_EQ(results.at("chroot"), EDOM);
    EXPECT_EQ(results.at("pivot_root"), EXDEV);
    EXPECT_EQ(results.at("mount"), EPERM);
}

TEST_F(CallerFilterTest, NoneWidensTheOneOfThePlan) {
    PlanBlock plan = payloadPlan({"mounts"});
    plan.filter = refuse(SYS_chroot, EDOM);
    const UniqueFd all = holding(allowAll);
    const Outcome result = run(spawner(), filtered(plan, 1), {all.get()});
    ASSERT_EQ(result.report.error, 0);
    EXPECT_EQ(parseResults(result.output).at("chroot"), EDOM);
}

TEST_F(CallerFilterTest, WithoutAFilterOfThePlanThePayloadHasNoneAndInitHasItsOwn) {
    PlanBlock plan = ordinaryPlan();
    plan.filter.clear();
    plan.run({"sh", "-c", "grep -hE '^(NoNewPrivs|Seccomp):' /proc/self/status /proc/1/status"});
    EXPECT_EQ(run(spawner(), plan).output, "NoNewPrivs:\t1\nSeccomp:\t0\nNoNewPrivs:\t1\nSeccomp:\t2\n");
    const UniqueFd all = holding(allowAll);
    EXPECT_EQ(run(spawner(), filtered(plan, 1), {all.get()}).output,
              "NoNewPrivs:\t1\nSeccomp:\t2\nNoNewPrivs:\t1\nSeccomp:\t2\n");
}

TEST_F(CallerFilterTest, AFilterComesThroughAPipeToo) {
    const Program program = refuse(SYS_chroot, EDOM);
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const UniqueFd reader(ends[0]);
    UniqueFd writer(ends[1]);
    ASSERT_GT(::write(writer.get(), program.data(), program.size() * sizeof(sock_filter)), 0);
    writer.reset();
    const Outcome result = run(spawner(), filtered(payloadPlan({"mounts"}), 1), {reader.get()});
    ASSERT_EQ(result.report.error, 0);
    EXPECT_EQ(parseResults(result.output).at("chroot"), EDOM);
}

TEST_F(CallerFilterTest, AFilterThatRefusesWhatSetUpNeedsIsAppliedAllTheSame) {
    const UniqueFd file = holding(refuse(SYS_capget, EDOM));
    const UniqueFd further = holding(refuse(SYS_prctl, EDOM));
    EXPECT_EQ(run(spawner(), filtered(payloadPlan({"exit", "3"}), 2), {file.get(), further.get()}).report.error, 0);
}

TEST_F(CallerFilterTest, AllButTheLastNeedToAllowPrctlAlone) {
    const UniqueFd first = holding(refuse(SYS_seccomp, EDOM));
    const UniqueFd last = holding(refuse(SYS_chroot, EXDEV));
    const Outcome result = run(spawner(), filtered(payloadPlan({"mounts"}), 2), {first.get(), last.get()});
    ASSERT_EQ(result.report.error, 0);
    EXPECT_EQ(parseResults(result.output).at("chroot"), EXDEV);
}

TEST_F(CallerFilterTest, TheDescriptorIsNotThePayloads) {
    const UniqueFd all = holding(allowAll);
    EXPECT_EQ(run(spawner(), filtered(payloadPlan({"fds"}), 1), {all.get()}).output, "0\n1\n2\n");
}

TEST_F(CallerFilterTest, WhatHasNoFiltersSizeIsNone) {
    const Program longest(wire::maxFilterLength, allowAll.front());
    EXPECT_EQ(reportWith(spawner(), holding(longest).get()).error, 0);
    const Program longer(wire::maxFilterLength + 1, allowAll.front());
    const std::string odd(12, '\0');
    for (const UniqueFd& file : {holding(longer), holding(odd.data(), odd.size()), holding(odd.data(), 0)}) {
        const wire::Report report = reportWith(spawner(), file.get());
        EXPECT_EQ(report.step, SetupStep::callerFilter);
        EXPECT_EQ(report.error, EBADMSG);
        EXPECT_EQ(report.operation, 0U);
    }
}

TEST_F(CallerFilterTest, WhatTheKernelDoesNotTakeIsNamedByItsPosition) {
    const Program noReturn{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0)};
    const Program outside{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 4096), allowAll.front()};
    const Program jump{BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 200, 200), allowAll.front()};
    for (const Program& bad : {noReturn, outside, jump}) {
        const UniqueFd all = holding(allowAll);
        const UniqueFd file = holding(bad);
        const wire::Report report = run(spawner(), filtered(ordinaryPlan(), 2), {all.get(), file.get()}).report;
        EXPECT_EQ(report.step, SetupStep::callerFilter);
        EXPECT_EQ(report.error, EINVAL);
        EXPECT_EQ(report.operation, 1U);
    }
}

TEST_F(CallerFilterTest, APayloadThatWasBlockedSaysItselfThatItsFilterIsNone) {
    const UniqueFd file = holding(Program{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0)});
    const UniqueFd open(::open("/dev/null", O_RDONLY | O_CLOEXEC)); // its end lets the payload go on
    PlanBlock plan = filtered(ordinaryPlan(), 1);
    plan.header.block = 1;
    const Outcome result = run(spawner(), plan, {file.get(), open.get()});
    EXPECT_EQ(result.report.error, 0);
    EXPECT_EQ(result.output, "cannot execute " + plan.program + ": Invalid argument\n");
    ASSERT_TRUE(result.status.has_value());
    EXPECT_EQ(result.status->status, 126);
}

TEST_F(CallerFilterTest, WhatCannotBeReadIsNone) {
    const UniqueFd directory(::open("/usr", O_RDONLY | O_CLOEXEC));
    EXPECT_EQ(reportWith(spawner(), directory.get()).error, EISDIR);
    const UniqueFd path(::open("/etc/hostname", O_PATH | O_CLOEXEC));
    EXPECT_EQ(reportWith(spawner(), path.get()).error, EBADF);
}

TEST_F(CallerFilterTest, AFilterThatNeverEndsIsGivenUpAtTheDeadline) {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const UniqueFd reader(ends[0]);
    const UniqueFd writer(ends[1]);
    PlanBlock plan = filtered(ordinaryPlan(), 1);
    plan.header.setupTimeoutUsec = 1'000'000;
    const wire::Report report = run(spawner(), plan, {reader.get()}).report;
    EXPECT_EQ(report.step, SetupStep::timeout);
    EXPECT_EQ(report.error, ETIMEDOUT);
}

} // namespace sandboxd::kernel_test
