#include "warden/enter.hpp"

#include "base/syscall.hpp"
#include "warden/namespaces.hpp"
#include "warden/payload.hpp"
#include "warden/record_socket.hpp"

#include <sched.h>
#include <sys/socket.h>

#include <csignal>

namespace sandboxd::warden {

Failure startPayload(const Host& host, const Reservation& reservation, const Launch& launch, const CallerView& caller,
                     int initPidfd, PayloadProcess& payload) noexcept {
    const bool ownPids = !sharesPids(launch.plan.header());
    // For children only: this process stays where it is.
    if (ownPids && ::setns(initPidfd, CLONE_NEWPID) != 0) {
        return failed(SetupStep::join);
    }
    UniqueFd theirs;
    if (!makeSockets(payload.socket, theirs)) {
        return failed(SetupStep::exec);
    }
    int pidfd = -1;
    clone_args arguments{};
    arguments.flags = CLONE_PIDFD;
    arguments.pidfd = reinterpret_cast<std::uintptr_t>(&pidfd);
    arguments.exit_signal = SIGCHLD;
    if (reservation.leaf >= 0) {
        arguments.flags |= CLONE_INTO_CGROUP;
        arguments.cgroup = static_cast<__u64>(reservation.leaf);
    }
    payload.pid = sys::clone3(arguments);
    if (payload.pid == 0) {
        runPayload({host, launch, caller, initPidfd, theirs.get()});
    }
    if (payload.pid < 0) {
        return failed(SetupStep::cgroup);
    }
    payload.pidfd.reset(pidfd);
    if (!ownPids || host.native) {
        return success;
    }
    // What this process starts later has no business in there, and would keep that namespace from ending. Natively it
    // starts nothing, and may not come back.
    const UniqueFd self = sys::openPidfd(::getpid());
    return self && ::setns(self.get(), CLONE_NEWPID) == 0 ? success : failed(SetupStep::join);
}

} // namespace sandboxd::warden
