#include "warden/join.hpp"

#include "warden/callers_directory.hpp"
#include "warden/process.hpp"

#include <grp.h>
#include <sched.h>
#include <sys/fsuid.h>
#include <unistd.h>

#include <cerrno>

namespace sandboxd::warden {

namespace {

// CAP_SETGID, for this process and for init, its clone: unmapped groups stay effective, so that what the caller may
// read by group can be read.
bool takeGroups(const wire::PlanReader& plan) noexcept {
    const auto groups = plan.groups();
    return ::setgroups(groups.count, groups.data) == 0;
}

// The caller may stand where it may not go, as after a change of user: that is no error unless something there is
// wanted.
Failure withoutDirectory(const wire::PlanReader& plan) noexcept {
    const std::uint32_t wanted = firstRelativeSource(plan);
    return wanted == wire::noOperation ? success : failedWith(EACCES, SetupStep::source, wanted);
}

// CAP_SETUID and CAP_SETGID for the file-system ids: the directory may be the caller's alone, and no capability here
// overrides file modes. The supplementary groups are the caller's already.
bool enterDirectory(const CallerView& caller, uid_t uid) noexcept {
    ::setfsgid(caller.record.gid);
    ::setfsuid(uid);
    const bool entered = ::fchdir(caller.fd(caller.hasOwnRoot() ? root : cwd)) == 0;
    const int error = errno;
    ::setfsuid(0);
    ::setfsgid(0);
    const bool closed = forbidTracing(); // the change of ids has undone it
    errno = closed ? error : EPERM;
    return entered && closed;
}

} // namespace

// setns(2) runs with CAP_SYS_ADMIN, and CAP_SYS_CHROOT for the mount namespace: the caller's own ids have neither, and
// the namespaces are the caller's by the probe's proof.
Failure joinCaller(const CallerView& caller, const wire::PlanReader& plan) noexcept {
    const std::uint32_t namespaces = plan.header().namespaces;
    const auto network = static_cast<wire::Network>(plan.header().network);
    if (!takeGroups(plan)) {
        return failed(SetupStep::identity);
    }
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
    // new mount namespace, where init resolves relative sources against it, or takes it as the root to resolve in.
    if (enterDirectory(caller, plan.header().uid)) {
        return success;
    }
    return errno == EACCES ? withoutDirectory(plan) : failed(SetupStep::join);
}

} // namespace sandboxd::warden
