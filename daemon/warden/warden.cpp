#include "warden/warden.hpp"

#include "warden/assign_descriptors.hpp"
#include "warden/control.hpp"
#include "warden/label.hpp"
#include "warden/life.hpp"
#include "warden/plan_memory.hpp"
#include "warden/probe.hpp"
#include "warden/process.hpp"
#include "warden/record_socket.hpp"
#include "warden/wait.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <utility>

namespace sandboxd::warden {

namespace {

constexpr std::uint64_t launchSeconds = 150; // a polkit prompt lies between the Facts and the Launch
constexpr std::uint64_t longestSetupUsec = 300 * usecPerSecond;

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
            reportFailure(warden, failedWith(EACCES, SetupStep::descriptors));
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
    runSandbox(warden, readPlan(warden, memfd));
    // The broker waits for the end of this socket, which a child that hangs on our descriptor table would keep open.
    ::shutdown(reservation.control, SHUT_RDWR);
    ::_exit(0);
}

} // namespace sandboxd::warden
