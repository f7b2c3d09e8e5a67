#include "warden/namespaces.hpp"

#include "base/syscall.hpp"
#include "warden/capabilities.hpp"
#include "warden/init.hpp"
#include "warden/proc_text.hpp"
#include "warden/process.hpp"

#include <sys/fsuid.h>
#include <sys/socket.h>

namespace sandboxd::warden {

namespace {

// CAP_SETUID: the effective uid of the clone is the namespace's owner. It empties the effective set, which
// kernel.unprivileged_userns_clone=0 wants CAP_SYS_ADMIN in. The file-system uid stays root's: the kernel checks it
// against the leaf, which is root's, for CLONE_INTO_CGROUP.
bool becomeOwner(uid_t owner) noexcept {
    if (::setresuid(static_cast<uid_t>(-1), owner, 0) != 0 || !raiseEffective()) {
        return false;
    }
    ::setfsuid(0);
    return forbidTracing();
}

bool becomeRootAgain() noexcept {
    return ::setresuid(0, 0, 0) == 0 && raiseEffective() && forbidTracing();
}

pid_t cloneInit(const Reservation& reservation, const wire::Header& header, int& pidfd) noexcept {
    clone_args arguments{};
    arguments.flags = cloneFlags(header) | CLONE_PIDFD;
    arguments.pidfd = reinterpret_cast<std::uintptr_t>(&pidfd);
    arguments.exit_signal = SIGCHLD;
    if (reservation.leaf >= 0) {
        arguments.flags |= CLONE_INTO_CGROUP;
        arguments.cgroup = static_cast<__u64>(reservation.leaf);
    }
    return sys::clone3(arguments);
}

// "INSIDE OUTSIDE 1": this one id, nothing else.
bool writeMap(int proc, pid_t pid, const char* file, std::uint32_t inside, std::uint32_t outside) noexcept {
    char line[64];
    char* end = putNumber(line, inside);
    *end++ = ' ';
    end = putNumber(end, outside);
    *end++ = ' ';
    *end++ = '1';
    *end = '\0';
    return writeProc(proc, ProcPath(pid, file).bytes, line);
}

Failure mapIds(const Host& host, const wire::Header& header, pid_t pid) noexcept {
    // Init is not dumpable, so these files are root's: no capability to override file modes is needed.
    const bool done = writeProc(host.proc, ProcPath(pid, "setgroups").bytes, "deny") &&
                      writeMap(host.proc, pid, "uid_map", header.insideUid, header.uid) &&
                      writeMap(host.proc, pid, "gid_map", header.insideGid, header.gid);
    return done ? success : failed(SetupStep::maps);
}

} // namespace

bool sharesPids(const wire::Header& header) noexcept {
    return (header.namespaces & wire::unsharePid) == 0;
}

std::uint64_t cloneFlags(const wire::Header& header) noexcept {
    std::uint64_t flags = CLONE_NEWUSER | CLONE_NEWNS;
    flags |= sharesPids(header) ? 0U : CLONE_NEWPID;
    flags |= (header.namespaces & wire::unshareTime) != 0 ? CLONE_NEWTIME : 0U;
    flags |= (header.namespaces & wire::unshareIpc) != 0 ? CLONE_NEWIPC : 0U;
    flags |= (header.namespaces & wire::unshareUts) != 0 ? CLONE_NEWUTS : 0U;
    flags |= header.network == static_cast<unsigned>(wire::Network::host) ? 0U : CLONE_NEWNET;
    return flags;
}

Failure createInit(const Host& host, const Reservation& reservation, const Launch& launch, MountTable& table,
                   InitProcess& init) noexcept {
    int pair[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
        return failed(SetupStep::namespaces);
    }
    init.socket.reset(pair[0]);
    UniqueFd theirs(pair[1]);
    if (!becomeOwner(reservation.owner)) {
        return failed(SetupStep::namespaces);
    }
    int pidfd = -1;
    init.pid = cloneInit(reservation, launch.plan.header(), pidfd);
    if (init.pid == 0) {
        init.socket.reset(); // else the end of the warden would not show on ours
        runInit(host, launch, table, theirs.get());
    }
    const int error = errno;
    init.pidfd.reset(pidfd);
    if (!becomeRootAgain()) {
        return failed(SetupStep::namespaces);
    }
    if (init.pid < 0) {
        return failedWith(error, SetupStep::namespaces);
    }
    theirs.reset();
    if (const Failure failure = mapIds(host, launch.plan.header(), init.pid)) {
        return failure;
    }
    const char go = 1;
    return ::send(init.socket.get(), &go, 1, MSG_NOSIGNAL) == 1 ? success : failed(SetupStep::killed);
}

} // namespace sandboxd::warden
