#include "warden/warden.hpp"

#include "base/syscall.hpp"
#include "warden/assign_descriptors.hpp"
#include "warden/caller_view.hpp"
#include "warden/capabilities.hpp"
#include "warden/control.hpp"
#include "warden/label.hpp"
#include "warden/plan_memory.hpp"
#include "warden/probe.hpp"
#include "warden/process.hpp"
#include "warden/sandbox.hpp"
#include "warden/wait.hpp"

#include <linux/capability.h>

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cstring>
#include <utility>

namespace sandboxd::warden {

namespace {

constexpr std::uint64_t launchSeconds = 150; // a polkit prompt lies between the Facts and the Launch
constexpr std::uint64_t longestSetupUsec = 300 * usecPerSecond;

struct Warden {
    const Host& host;
    const Reservation& reservation;
    UniqueFd control{};
    CallerView caller{};
    Launch launch{};
};

// Everything that the spawner holds for others: connections, other reservations.
void keepOwnOnly(const Host& host, const Reservation& reservation) noexcept {
    int keep[] = {host.proc,        host.devNull,         reservation.pidfd,   reservation.control,
                  reservation.leaf, reservation.leafKill, reservation.leafPids};
    closeAllBut(keep, sizeof keep / sizeof keep[0]);
    for (int stdio = 0; stdio < 3; ++stdio) {
        ::dup3(host.devNull, stdio, 0); // who waits for the end of the spawner's output does not wait for us
    }
}

Failure isolate(const Host& host) noexcept {
    ::setsid();
    resetSignals();
    raiseFileLimit();
    if (!forbidTracing() || !forbidCoreDumps()) {
        return failed(SetupStep::reservation);
    }
    return !host.appArmor || changeLabel(host.proc, wardenLabel) ? success : failed(SetupStep::label);
}

Failure probeCaller(Warden& warden) noexcept {
    UniqueFd pidfd;
    UniqueFd socket = startProbe(warden.host, warden.reservation, pidfd);
    if (!socket) {
        return failed(SetupStep::probe);
    }
    const int error = finishProbe(std::move(socket), std::move(pidfd), warden.caller);
    return error == 0 ? success : failedWith(error, SetupStep::probe);
}

bool sendFacts(const Warden& warden, const Failure& failure) noexcept {
    const ProbeRecord& record = warden.caller.record;
    wire::Facts facts{};
    facts.kind = wire::RecordKind::facts;
    facts.error = failure.error;
    facts.step = static_cast<std::uint32_t>(failure.step);
    if (!failure) {
        facts.confinement = record.confinement;
        facts.gid = record.gid;
        facts.seccompMode = record.seccompMode;
        facts.startTimeTicks = record.startTimeTicks;
        facts.appArmor = warden.host.appArmor ? 1 : 0;
        facts.cgroup = warden.reservation.leaf >= 0 ? 1 : 0;
        std::memcpy(facts.label, record.label, sizeof facts.label);
    }
    return sendRecord(warden.control.get(), facts);
}

Failure readPlan(Warden& warden, const UniqueFd& memfd) noexcept {
    if (const Failure failure = openPlan(memfd.get(), warden.launch.plan)) {
        return failure;
    }
    const wire::Header& header = warden.launch.plan.header();
    if (header.fdCount != warden.launch.fdCount) {
        return failedWith(EBADMSG, SetupStep::plan);
    }
    const bool tooLong = header.setupTimeoutUsec > longestSetupUsec;
    warden.launch.deadline = monotonicUsec() + (tooLong ? longestSetupUsec : header.setupTimeoutUsec);
    return assignDescriptors(warden.launch);
}

// The last resort against a file server of the caller that holds this process in a system call: SIGALRM ends it, and
// with it whatever was made.
void setAlarm(std::uint64_t usec) noexcept {
    itimerval timer{};
    timer.it_value.tv_sec = static_cast<time_t>(usec / usecPerSecond);
    ::setitimer(ITIMER_REAL, &timer, nullptr);
}

bool sendReport(const Warden& warden, const Failure& failure, const Sandbox* sandbox, int status) noexcept {
    wire::Report report{};
    report.kind = wire::RecordKind::report;
    report.step = failure.step;
    report.operation = failure.operation;
    report.error = failure.error;
    report.cgroup = warden.reservation.leaf >= 0 ? 1 : 0;
    if (failure) {
        return sendRecord(warden.control.get(), report);
    }
    report.leaderPid = sandbox->leaderPid();
    report.startedRealtimeUsec = realtimeUsec();
    report.startedMonotonicUsec = monotonicUsec();
    const int fds[] = {sandbox->leaderPidfd(), status};
    return sendPacket(warden.control.get(), &report, sizeof report, fds, 2);
}

// False: the broker has changed its mind, or said what is no Launch.
bool awaitLaunch(Warden& warden, UniqueFd& memfd) noexcept {
    if (!waitReadable(warden.control.get(), monotonicUsec() + launchSeconds * usecPerSecond)) {
        return false;
    }
    ControlRecord record;
    Packet packet;
    if (!receiveControl(warden.control.get(), State::reserved, record, packet)) {
        // AppArmor keeps from us what a confined caller opened: files, directories, terminals.
        if (packet.truncated && packet.size <= sizeof record) {
            sendReport(warden, failedWith(EACCES, SetupStep::descriptors), nullptr, -1);
        }
        return false;
    }
    memfd = std::move(packet.fds[0]);
    warden.launch.fdCount = record.launch.fdCount;
    for (std::uint32_t i = 0; i < record.launch.fdCount; ++i) {
        warden.launch.fds[i] = std::move(packet.fds[i + 1]);
    }
    return true;
}

// CAP_KILL stays: without it neither a signal nor our death's reaches init and payload, which have the caller's uid.
Failure keepOnlyKill() noexcept {
    const bool done = keepBounding(capabilityBit(CAP_KILL)) && keepCapabilities(capabilityBit(CAP_KILL));
    return done ? success : failed(SetupStep::confine);
}

// Else pipes of the caller would never see their end while the sandbox runs. The close of a caller's descriptor can
// hang for ever (the flush of a FUSE file): a process on the same descriptor table puts /dev/null over each number, and
// hangs instead of us. It is our parent's child, which reaps it: this process would have to wait for it. Where
// no process is to be had they stay open until the sandbox ends: late, but nobody gets what it should not.
void releaseCallers(Warden& warden) noexcept {
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
    sendReport(warden, failure, nullptr, -1);
    sandbox.reap(noDeadline, info);
}

void runSandbox(Warden& warden, const UniqueFd& memfd) noexcept {
    Failure failure = readPlan(warden, memfd);
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
    if (sendReport(warden, success, &sandbox, status.get())) {
        releaseCallers(warden);
        reason = sandbox.watch(warden.control);
    }
    siginfo_t info{};
    sandbox.kill();
    sandbox.reap(noDeadline, info);
    recordEnd(status.get(), info, reason);
}

} // namespace

[[noreturn]] void runWarden(const Host& host, const Reservation& reservation) noexcept {
    keepOwnOnly(host, reservation);
    Warden warden{host, reservation};
    warden.control.reset(reservation.control);
    Failure failure = isolate(host);
    if (!failure) {
        failure = probeCaller(warden);
    }
    if (!sendFacts(warden, failure) || failure) {
        ::_exit(1);
    }
    UniqueFd memfd;
    if (!awaitLaunch(warden, memfd)) {
        ::_exit(0);
    }
    runSandbox(warden, memfd);
    // The broker waits for the end of this socket, which a child that hangs on our descriptor table would keep open.
    ::shutdown(reservation.control, SHUT_RDWR);
    ::_exit(0);
}

} // namespace sandboxd::warden
