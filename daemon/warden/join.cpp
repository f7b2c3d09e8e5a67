#include "warden/join.hpp"

#include <sched.h>
#include <unistd.h>

namespace sandboxd::warden {

// setns(2) runs with CAP_SYS_ADMIN, and CAP_SYS_CHROOT for the mount namespace: the caller's own ids have neither, and
// the namespaces are the caller's by the probe's proof.
Failure joinCaller(const CallerView& caller, std::uint32_t namespaces, wire::Network network) noexcept {
    const struct {
        bool wanted;
        CallerFd fd;
        int type;
    } joins[] = {
        {network == wire::Network::host, netNamespace, CLONE_NEWNET},
        {(namespaces & wire::unshareIpc) == 0, ipcNamespace, CLONE_NEWIPC},
        {(namespaces & wire::unshareUts) == 0, utsNamespace, CLONE_NEWUTS},
        {(namespaces & wire::unshareCgroup) == 0, cgroupNamespace, CLONE_NEWCGROUP},
        {true, mountNamespace, CLONE_NEWNS},
    };
    for (const auto& join : joins) {
        if (join.wanted && ::setns(caller.fd(join.fd), join.type) != 0) {
            return failed(SetupStep::join);
        }
    }
    // No chroot: a chrooted process may not create user namespaces. The clone turns this directory into its copy in the
    // new mount namespace, where init resolves relative sources against it.
    return ::fchdir(caller.fd(cwd)) == 0 ? success : failed(SetupStep::join);
}

} // namespace sandboxd::warden
