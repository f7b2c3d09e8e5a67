#include "warden/probe.hpp"

#include "base/syscall.hpp"
#include "warden/caller_context.hpp"
#include "warden/caller_status.hpp"
#include "warden/capabilities.hpp"
#include "warden/file_id.hpp"
#include "warden/label.hpp"
#include "warden/process.hpp"
#include "warden/record_socket.hpp"
#include "warden/wait.hpp"

#include <grp.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace sandboxd::warden {

namespace {

constexpr std::uint64_t probeSeconds = 2;

// The glibc wrapper takes a pid; the kernel checks our ids against the caller's.
bool takeLimits(pid_t pid, ProbeRecord& record) noexcept {
    for (unsigned i = 0; i < limitCount; ++i) {
        if (::syscall(SYS_prlimit64, pid, i, nullptr, &record.limits[i]) != 0) {
            return false;
        }
    }
    return true;
}

bool takeOomScore(int directory, ProbeRecord& record) noexcept {
    ProcText text;
    const char* cursor = text.bytes;
    std::int64_t number = 0;
    if (!readProc(directory, "oom_score_adj", text) || !takeNumber(cursor, number)) {
        return false;
    }
    record.oomScoreAdjust = static_cast<std::int32_t>(number);
    return true;
}

// Everybody may read it. A kernel without audit has no such file.
bool takeLoginUid(int directory, ProbeRecord& record) noexcept {
    ProcText text;
    const char* cursor = text.bytes;
    std::int64_t number = UINT32_MAX;
    if (!readProc(directory, "loginuid", text)) {
        record.loginUid = UINT32_MAX;
        return errno == ENOENT;
    }
    if (!takeNumber(cursor, number)) {
        return false;
    }
    record.loginUid = static_cast<std::uint32_t>(number);
    return true;
}

// A change of ids clears it.
bool dieWithWarden() noexcept {
    return ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0;
}

// setuid(2) without a capability to keep clears all sets; the ids are the caller's in all four places, as a difference
// would let the kernel answer for somebody else.
bool becomeCaller(uid_t uid, gid_t gid) noexcept {
    return ::setgroups(0, nullptr) == 0 && ::setresgid(gid, gid, gid) == 0 && ::setresuid(uid, uid, uid) == 0 &&
           forbidTracing() && keepCapabilities(0) && dieWithWarden();
}

struct Probe {
    const Host& host;
    const Reservation& reservation;
    UniqueFd directory{}; // /proc/PID
    CallerStatus before{};
    CallerView view{};
};

bool isAlive(int pidfd) noexcept {
    pollfd entry{pidfd, POLLIN, 0};
    return ::poll(&entry, 1, 0) == 0;
}

// A pid read before and a pidfd still alive after the directory was opened: both are of one process.
bool openDirectory(Probe& probe) noexcept {
    const ProcPath path(probe.reservation.pid, "");
    probe.directory = sys::openat2(probe.host.proc, path.bytes, O_PATH | O_DIRECTORY, RESOLVE_NO_SYMLINKS);
    if (!probe.directory) {
        return false;
    }
    errno = ESRCH;
    return isAlive(probe.reservation.pidfd);
}

// The kernel refuses to look (EACCES): the caller is not dumpable, holds a capability, or its capabilities are of a
// user namespace that the probe is not in.
bool isRefusal(int error) noexcept {
    return error == EACCES || error == EPERM;
}

// Everybody may read the map. Another one is another user namespace; the same one proves nothing, as root can give any
// namespace all ids.
bool hasOtherIdMap(const Probe& probe) noexcept {
    ProcText own;
    ProcText callers;
    return readProc(probe.host.proc, "self/uid_map", own) && readProc(probe.directory.get(), "uid_map", callers) &&
           std::strcmp(own.bytes, callers.bytes) != 0;
}

std::uint32_t refusedBy(const Probe& probe) noexcept {
    return hasOtherIdMap(probe) ? wire::confinedByUserNamespace : wire::confinedByPrivilege;
}

bool openNamespaces(Probe& probe, FileId& user, FileId& pid) noexcept {
    static constexpr const char* kept[] = {"ns/mnt", "ns/net", "ns/ipc", "ns/uts", "ns/cgroup"};
    const int directory = probe.directory.get();
    for (unsigned i = 0; i < 5; ++i) {
        probe.view.fds[i].reset(::openat(directory, kept[i], O_RDONLY | O_CLOEXEC));
        if (!probe.view.fds[i]) {
            return false;
        }
    }
    const UniqueFd userFd(::openat(directory, "ns/user", O_RDONLY | O_CLOEXEC));
    const UniqueFd pidFd(::openat(directory, "ns/pid", O_RDONLY | O_CLOEXEC));
    return userFd && pidFd && identify(userFd.get(), user) && identify(pidFd.get(), pid);
}

bool openDirectories(Probe& probe) noexcept {
    constexpr int flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
    probe.view.fds[root].reset(::openat(probe.directory.get(), "root", flags));
    probe.view.fds[cwd].reset(::openat(probe.directory.get(), "cwd", flags));
    return probe.view.fds[root] && probe.view.fds[cwd];
}

bool openView(Probe& probe) noexcept {
    FileId user;
    FileId pid;
    FileId mount;
    FileId rootId;
    if (!openNamespaces(probe, user, pid) || !openDirectories(probe) ||
        !identify(probe.view.fd(mountNamespace), mount) || !identify(probe.view.fd(root), rootId)) {
        return false;
    }
    const InitialView& initial = probe.host.initial;
    std::uint32_t& confinement = probe.view.record.confinement;
    confinement |= user == initial.user ? 0U : wire::confinedByUserNamespace;
    confinement |= pid == initial.pid ? 0U : wire::confinedByPidNamespace;
    confinement |= mount == initial.mount ? 0U : wire::confinedByMountNamespace;
    // A copied mount namespace gives every mount a new id: what tells there is the directory alone.
    rootId.mount = mount == initial.mount ? rootId.mount : initial.root.mount;
    confinement |= rootId == initial.root ? 0U : wire::confinedByRoot;
    return true;
}

bool takeLabel(Probe& probe) noexcept {
    if (!probe.host.appArmor) {
        return true;
    }
    ProbeRecord& record = probe.view.record;
    if (!readLabelOf(probe.directory.get(), record.label, sizeof record.label)) {
        return false;
    }
    record.confinement |= isLabelConfined(record.label) ? wire::confinedByLabel : 0U;
    return true;
}

bool lookAtCaller(Probe& probe) noexcept {
    ProbeRecord& record = probe.view.record;
    const int directory = probe.directory.get();
    if (!takeLabel(probe) || !openView(probe) || !takeStat(directory, record) || !takeOomScore(directory, record) ||
        !takeLoginUid(directory, record) || !takeLimits(probe.reservation.pid, record) ||
        !readContext(probe.reservation.pid, record.context)) {
        return false;
    }
    CallerStatus after;
    if (!readStatus(directory, after)) {
        return false;
    }
    errno = ESRCH;
    if (!isAlive(probe.reservation.pidfd)) {
        return false;
    }
    record.confinement |= isSameCredentials(probe.before, after) ? 0U : wire::confinedByChange;
    record.complete = 1;
    return true;
}

// Fills the record; an errno is in it, never returned.
void runSteps(Probe& probe) noexcept {
    ProbeRecord& record = probe.view.record;
    if (!openDirectory(probe) || !readStatus(probe.directory.get(), probe.before) ||
        !takeStatus(probe.before, record)) {
        record.error = errno;
        return;
    }
    if (!areAll(probe.before.uids, probe.reservation.uid) || !areAll(probe.before.gids, record.gid)) {
        record.confinement |= wire::confinedByChange; // a setuid program, or not the uid that the bus vouched for
        return;
    }
    if (!becomeCaller(probe.reservation.uid, record.gid)) {
        record.error = errno;
        return;
    }
    if (!lookAtCaller(probe)) {
        const int error = errno;
        record.confinement |= isRefusal(error) ? refusedBy(probe) : 0U;
        record.error = isRefusal(error) ? 0 : error;
    }
}

void report(int socket, const CallerView& view) noexcept {
    int fds[callerFdCount];
    for (unsigned i = 0; i < callerFdCount; ++i) {
        fds[i] = view.fds[i].get();
    }
    const bool complete = view.record.complete != 0;
    sendPacket(socket, &view.record, sizeof view.record, fds, complete ? callerFdCount : 0);
}

[[noreturn]] void runProbe(const Host& host, const Reservation& reservation, int socket) noexcept {
    int keep[] = {socket, host.proc, reservation.pidfd};
    closeAllBut(keep, 3);
    Probe probe{host, reservation};
    if (!dieWithWarden() || !forbidTracing() || (host.appArmor && !changeLabel(host.proc, probeLabel))) {
        probe.view.record.error = errno;
    } else {
        runSteps(probe);
    }
    report(socket, probe.view);
    ::_exit(0);
}

void adoptView(Packet& packet, CallerView& caller) noexcept {
    for (unsigned i = 0; i < callerFdCount; ++i) {
        caller.fds[i] = std::move(packet.fds[i]);
    }
}

int receiveRecord(int socket, CallerView& caller) noexcept {
    if (!waitReadable(socket, monotonicUsec() + probeSeconds * usecPerSecond)) {
        return ETIMEDOUT;
    }
    Packet packet;
    const Received received = receivePacket(socket, &caller.record, sizeof caller.record, packet);
    if (received != Received::packet || packet.size != sizeof caller.record || packet.truncated) {
        return ECHILD; // the probe died
    }
    if (caller.record.error != 0) {
        return caller.record.error;
    }
    if (caller.record.complete == 0) {
        return 0;
    }
    if (packet.fdCount != callerFdCount) {
        return EBADMSG;
    }
    adoptView(packet, caller);
    return 0;
}

} // namespace

UniqueFd startProbe(const Host& host, const Reservation& reservation, UniqueFd& pidfd) noexcept {
    UniqueFd ours;
    UniqueFd theirs;
    if (!makeSockets(ours, theirs)) {
        return UniqueFd();
    }
    int child = -1;
    clone_args arguments{};
    arguments.flags = CLONE_PIDFD;
    arguments.pidfd = reinterpret_cast<std::uintptr_t>(&child);
    arguments.exit_signal = SIGCHLD;
    const pid_t pid = sys::clone3(arguments);
    if (pid == 0) {
        runProbe(host, reservation, theirs.get());
    }
    if (pid < 0) {
        return UniqueFd();
    }
    pidfd.reset(child);
    return ours;
}

int finishProbe(UniqueFd socket, UniqueFd pidfd, CallerView& caller) noexcept {
    const int error = receiveRecord(socket.get(), caller);
    sys::sendSignal(pidfd.get(), SIGKILL);
    siginfo_t info{};
    // A probe that hangs in the kernel is not waited for: it ends when the file server lets go of it.
    sys::waitEnd(pidfd.get(), info, error == ETIMEDOUT ? WNOHANG : 0);
    return error;
}

} // namespace sandboxd::warden
