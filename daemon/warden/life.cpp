#include "warden/life.hpp"

#include "base/syscall.hpp"
#include "warden/capabilities.hpp"
#include "warden/process.hpp"
#include "warden/record_socket.hpp"
#include "warden/sandbox.hpp"
#include "warden/wait.hpp"

#include <linux/capability.h>

#include <sys/mman.h>
#include <sys/time.h>

namespace sandboxd::warden {

namespace {

// The last resort against a file server of the caller that holds this process in a system call: SIGALRM ends it, and
// with it whatever was made.
void setAlarm(std::uint64_t usec) noexcept {
    itimerval timer{};
    timer.it_value.tv_sec = static_cast<time_t>(usec / usecPerSecond);
    ::setitimer(ITIMER_REAL, &timer, nullptr);
}

wire::Report newReport(const Warden& warden) noexcept {
    wire::Report report{};
    report.kind = wire::RecordKind::report;
    report.operation = wire::noOperation;
    report.cgroup = warden.reservation.leaf >= 0 ? 1 : 0;
    return report;
}

bool reportStart(const Warden& warden, const Sandbox& sandbox, int status) noexcept {
    wire::Report report = newReport(warden);
    report.leaderPid = sandbox.leaderPid();
    report.startedRealtimeUsec = realtimeUsec();
    report.startedMonotonicUsec = monotonicUsec();
    const int fds[] = {sandbox.leaderPidfd(), status};
    return sendPacket(warden.control.get(), &report, sizeof report, fds, 2);
}

// CAP_KILL stays: without it neither a signal nor our death's reaches init and payload, which have the caller's uid.
Failure keepOnlyKill() noexcept {
    const bool done =
        keepBounding(capabilityBit(CAP_KILL)) && keepCapabilities(capabilityBit(CAP_KILL)) && forbidTracing();
    return done ? success : failed(SetupStep::confine);
}

// Else pipes of the caller would never see their end while the sandbox runs. The close of a caller's descriptor can
// hang for ever (the flush of a FUSE file): a process on the same descriptor table puts /dev/null over each number, and
// hangs instead of us. It is our parent's child, which reaps it: this process would have to wait for it. Where
// no process is to be had they stay open until the sandbox ends: late, but nobody gets what it should not.
void coverCallers(const Warden& warden) noexcept {
    const auto lifeline = warden.launch.plan.header().lifeline;
    clone_args arguments{};
    arguments.flags = CLONE_FILES | CLONE_PARENT;
    if (sys::clone3(arguments) == 0) {
        for (std::uint32_t i = 0; i < warden.launch.fdCount; ++i) {
            if (static_cast<std::int32_t>(i) != lifeline) {
                ::dup3(warden.host.devNull, warden.launch.fds[i].get(), O_CLOEXEC);
            }
        }
        ::_exit(0);
    }
}

// Natively whoever hangs in such a close is its caller.
void closeCallers(Warden& warden) noexcept {
    const auto lifeline = warden.launch.plan.header().lifeline;
    for (std::uint32_t i = 0; i < warden.launch.fdCount; ++i) {
        if (static_cast<std::int32_t>(i) != lifeline) {
            warden.launch.fds[i].reset();
        }
    }
}

void releaseCallers(Warden& warden) noexcept {
    if (warden.host.native) {
        closeCallers(warden);
        return;
    }
    coverCallers(warden);
    for (UniqueFd& fd : warden.caller.fds) {
        fd.reset(); // namespaces and O_PATH: their close asks nobody
    }
}

void recordEnd(int status, const siginfo_t& info, wire::EndReason reason) noexcept {
    wire::ExitStatus record{};
    record.kind = wire::RecordKind::exitStatus;
    record.code = info.si_code;
    record.status = info.si_status;
    record.ended = static_cast<std::uint32_t>(reason);
    record.endedRealtimeUsec = realtimeUsec();
    record.endedMonotonicUsec = monotonicUsec();
    static_cast<void>(!::pwrite(status, &record, sizeof record, 0)); // lost if it fails: nobody is left to tell
}

void abandon(const Warden& warden, Sandbox& sandbox, const Failure& failure) noexcept {
    siginfo_t info{};
    sandbox.kill();
    // What a file server of the caller holds in the kernel ends when it lets go: the broker is not kept waiting for it.
    sandbox.reap(monotonicUsec() + usecPerSecond, info);
    reportFailure(warden, failure);
    sandbox.reap(noDeadline, info);
}

} // namespace

bool reportFailure(const Warden& warden, const Failure& failure) noexcept {
    wire::Report report = newReport(warden);
    report.step = failure.step;
    report.operation = failure.operation;
    report.error = failure.error;
    return sendRecord(warden.control.get(), report);
}

void runSandbox(Warden& warden, Failure failure) noexcept {
    Sandbox sandbox(warden.host, warden.reservation, warden.caller, warden.launch);
    const UniqueFd status(::memfd_create("sandboxd-status", MFD_CLOEXEC));
    if (!failure && !status) {
        failure = failed(SetupStep::reservation);
    }
    if (!failure) {
        setAlarm(warden.launch.deadline - monotonicUsec() + 5 * usecPerSecond);
        failure = sandbox.start(warden.control.get());
        setAlarm(0);
    }
    if (!failure) {
        failure = keepOnlyKill();
    }
    if (failure) {
        abandon(warden, sandbox, failure);
        return;
    }
    // Without a broker that hears of it nobody would know the sandbox, and nobody asked for one that nobody knows.
    wire::EndReason reason = wire::EndReason::ordered;
    if (reportStart(warden, sandbox, status.get())) {
        releaseCallers(warden);
        reason = sandbox.watch(warden.control);
    }
    siginfo_t info{};
    sandbox.kill();
    sandbox.reap(noDeadline, info);
    recordEnd(status.get(), info, reason);
}

} // namespace sandboxd::warden
