#include "warden/namespaces.hpp"

#include "base/syscall.hpp"
#include "warden/brought_pids.hpp"
#include "warden/capabilities.hpp"
#include "warden/identity.hpp"
#include "warden/init.hpp"
#include "warden/inner_init.hpp"
#include "warden/proc_text.hpp"
#include "warden/process.hpp"
#include "warden/record_socket.hpp"
#include "warden/wait.hpp"

#include <sys/fsuid.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

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

// Where there is an inner namespace, it is that which owns what can be shared.
pid_t cloneInit(const Host& host, const Reservation& reservation, const wire::Header& header, int& pidfd) noexcept {
    clone_args arguments{};
    arguments.flags = CLONE_NEWNS | CLONE_PIDFD;
    arguments.flags |= host.native ? 0U : CLONE_NEWUSER;
    arguments.flags |= hasInnerNamespace(header) ? 0U : unsharedTypes(header);
    arguments.pidfd = reinterpret_cast<std::uintptr_t>(&pidfd);
    arguments.exit_signal = SIGCHLD;
    if (reservation.leaf >= 0) {
        arguments.flags |= CLONE_INTO_CGROUP;
        arguments.cgroup = static_cast<__u64>(reservation.leaf);
    }
    const bool isBelowBrought = host.brought.pidNamespace >= 0 && !sharesPids(header);
    return isBelowBrought ? cloneBelowBrought(host, arguments, pidfd) : sys::clone3(arguments);
}

Failure mapIds(const Host& host, const wire::Header& header, pid_t pid) noexcept {
    if (host.native) {
        return success; // they were made with the user namespace, or are the business of others
    }
    // Init is not dumpable, so these files are root's: no capability to override file modes is needed.
    const Ids inside = builderIds(host, header);
    const bool done = writeProc(host.proc, ProcPath(pid, "setgroups").bytes, "deny") &&
                      writeProc(host.proc, ProcPath(pid, "uid_map").bytes, IdMapLine(inside.uid, header.uid).bytes) &&
                      writeProc(host.proc, ProcPath(pid, "gid_map").bytes, IdMapLine(inside.gid, header.gid).bytes);
    return done ? success : failed(SetupStep::maps);
}

// Init has its own: nobody at the other end of a pipe shall wait for ours.
void releaseBrought(const Brought& brought) noexcept {
    for (const auto descriptor : broughtDescriptors) {
        if (brought.*descriptor >= 0) {
            ::close(brought.*descriptor);
        }
    }
}

// What the builder tells first: who init is. It has looked at nothing of the caller's yet, so this is soon.
Failure receiveInner(std::uint64_t deadline, InitProcess& init, InitProcess& builder) noexcept {
    builder = std::move(init);
    init = InitProcess();
    if (!waitReadable(builder.socket.get(), deadline)) {
        return failedWith(ETIMEDOUT, SetupStep::timeout);
    }
    union {
        InnerRecord inner;
        Failure failure;
    } record{{}};
    Packet packet;
    const Received received = receivePacket(builder.socket.get(), &record, sizeof record, packet);
    if (received == Received::packet && packet.size == sizeof record.failure) {
        return record.failure; // it came no further
    }
    if (received != Received::packet || packet.size != sizeof record.inner || packet.fdCount != 2) {
        return failedWith(ECHILD, SetupStep::killed);
    }
    init.pid = static_cast<pid_t>(record.inner.pid);
    init.pidfd = std::move(packet.fds[0]);
    init.socket = std::move(packet.fds[1]);
    return success;
}

} // namespace

bool sharesPids(const wire::Header& header) noexcept {
    return (header.namespaces & wire::unsharePid) == 0;
}

bool hasInnerNamespace(const wire::Header& header) noexcept {
    return header.identity == static_cast<unsigned>(wire::IdentityKind::namespaceRoot);
}

std::uint64_t enteredTypes(const Host& host, const wire::Header& header) noexcept {
    const bool isOutside = header.identity == static_cast<unsigned>(wire::IdentityKind::host);
    const bool isAnother =
        hasInnerNamespace(header) || host.brought.laterUserNamespace >= 0 || (!host.native && !isOutside);
    return unsharedTypes(header) | CLONE_NEWNS | (isAnother ? unsigned{CLONE_NEWUSER} : 0U);
}

std::uint64_t unsharedTypes(const wire::Header& header) noexcept {
    std::uint64_t flags = 0;
    flags |= sharesPids(header) ? 0U : CLONE_NEWPID;
    flags |= (header.namespaces & wire::unshareTime) != 0 ? CLONE_NEWTIME : 0U;
    flags |= (header.namespaces & wire::unshareIpc) != 0 ? CLONE_NEWIPC : 0U;
    flags |= (header.namespaces & wire::unshareUts) != 0 ? CLONE_NEWUTS : 0U;
    flags |= header.network == static_cast<unsigned>(wire::Network::host) ? 0U : CLONE_NEWNET;
    return flags;
}

Failure createInit(const Host& host, const Reservation& reservation, const CallerView& caller, const Launch& launch,
                   MountTable& table, InitProcess& init, InitProcess& builder) noexcept {
    UniqueFd theirs;
    if (!makeSockets(init.socket, theirs) || (!host.native && !becomeOwner(reservation.owner))) {
        return failed(SetupStep::namespaces);
    }
    int pidfd = -1;
    init.pid = cloneInit(host, reservation, launch.plan.header(), pidfd);
    if (init.pid == 0) {
        init.socket.reset(); // else the end of the warden would not show on ours
        runInit(host, launch, caller, table, theirs.get());
    }
    const int error = errno;
    init.pidfd.reset(pidfd);
    if (!host.native && !becomeRootAgain()) {
        return failed(SetupStep::namespaces);
    }
    if (init.pid < 0) {
        return failedWith(error, SetupStep::namespaces);
    }
    theirs.reset();
    releaseBrought(host.brought);
    if (const Failure failure = mapIds(host, launch.plan.header(), init.pid)) {
        return failure;
    }
    const char go = 1;
    if (::send(init.socket.get(), &go, 1, MSG_NOSIGNAL) != 1) {
        return failed(SetupStep::killed);
    }
    return hasInnerNamespace(launch.plan.header()) ? receiveInner(launch.deadline, init, builder) : success;
}

} // namespace sandboxd::warden
