#include "warden/native.hpp"

#include "warden/assign_descriptors.hpp"
#include "warden/capabilities.hpp"
#include "warden/identity.hpp"
#include "warden/life.hpp"
#include "warden/process.hpp"
#include "warden/wait.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>

namespace sandboxd::warden {

namespace {

constexpr int firstOwnFd = 3;
constexpr std::size_t broughtCount = sizeof broughtDescriptors / sizeof broughtDescriptors[0];

bool takeCopy(int& fd) noexcept {
    if (fd >= 0) {
        fd = ::fcntl(fd, F_DUPFD_CLOEXEC, firstOwnFd);
        return fd >= 0;
    }
    return true;
}

Failure takeBrought(Brought& brought) noexcept {
    for (const auto descriptor : broughtDescriptors) {
        if (!takeCopy(brought.*descriptor)) {
            return failed(SetupStep::descriptors);
        }
    }
    return success;
}

// Copies, as the numbers below may be the caller's own 0 to 2; all else that the caller has open is not for a warden.
Failure takeDescriptors(Warden& warden, const NativeRequest& request) noexcept {
    int keep[maxRecordFds + 3 + broughtCount];
    std::size_t kept = 0;
    for (std::uint32_t i = 0; i < request.fdCount; ++i) {
        warden.launch.fds[i].reset(::fcntl(request.fds[i], F_DUPFD_CLOEXEC, firstOwnFd));
        if (!warden.launch.fds[i]) {
            return failed(SetupStep::descriptors);
        }
        keep[kept++] = warden.launch.fds[i].get();
    }
    warden.launch.fdCount = request.fdCount;
    for (const int own : {warden.host.proc, warden.host.devNull, warden.control.get()}) {
        keep[kept++] = own;
    }
    for (const auto descriptor : broughtDescriptors) {
        keep[kept++] = warden.host.brought.*descriptor;
    }
    closeAllBut(keep, kept);
    for (int stdio = 0; stdio < firstOwnFd; ++stdio) {
        ::dup3(warden.host.devNull, stdio, 0); // who waits for the end of the caller's output does not wait for us
    }
    return success;
}

Failure openRequest(Warden& warden, const NativeRequest& request) noexcept {
    const wire::PlanReader& plan = warden.launch.plan;
    if (!warden.launch.plan.open(request.plan, request.planSize) || plan.header().fdCount != request.fdCount) {
        return failedWith(EBADMSG, SetupStep::plan);
    }
    const bool waits = warden.host.brought.maps; // for others, who have no time limit
    warden.launch.deadline = waits ? noDeadline : monotonicUsec() + plan.header().setupTimeoutUsec;
    return takeDescriptors(warden, request);
}

// For what building changes in itself and a payload that comes of it must not have.
Failure readOwnLimits(ProbeRecord& own) noexcept {
    own.umask = ::umask(0);
    ::umask(own.umask);
    for (unsigned i = 0; i < limitCount; ++i) {
        if (::syscall(SYS_prlimit64, 0, i, nullptr, &own.limits[i]) != 0) {
            return failed(SetupStep::limits);
        }
    }
    return success;
}

Failure makeUserNamespace(const Warden& warden, const ParentsMaps& maps) noexcept {
    if (::unshare(CLONE_NEWUSER) != 0) {
        return failed(SetupStep::namespaces);
    }
    if (warden.host.brought.maps) {
        return success;
    }
    return mapNativeIds(warden.host, warden.launch.plan.header(), maps, warden.control.get());
}

// The ids that the namespace gives the caller, unless others are asked for.
Failure takeAskedIds(const wire::Header& header) noexcept {
    if (header.insideUid == header.uid && header.insideGid == header.gid) {
        return success;
    }
    const Ids ids{header.insideUid == header.uid ? ::getuid() : header.insideUid,
                  header.insideGid == header.gid ? ::getgid() : header.insideGid};
    const Failure failure = becomeCallerWithAll(ids);
    return failure || raiseEffective() ? failure : failed(SetupStep::identity);
}

Failure enterUserNamespace(int brought, const wire::Header& header) noexcept {
    if (::setns(brought, CLONE_NEWUSER) != 0) {
        return failed(SetupStep::userNamespace);
    }
    if (const Failure failure = takeAskedIds(header)) {
        return failure;
    }
    // Any change may have undone it, and what is not dumpable cannot be joined by who has no capability outside.
    return ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0 ? success : failed(SetupStep::userNamespace);
}

Failure takeUserNamespace(const Warden& warden, const NativeRequest& request) noexcept {
    const int brought = warden.host.brought.userNamespace;
    if (brought >= 0) {
        return enterUserNamespace(brought, warden.launch.plan.header());
    }
    return request.newUserNamespace ? makeUserNamespace(warden, request.maps) : success;
}

// For children, which are all that is in the sandbox.
Failure takePidNamespace(int brought) noexcept {
    return brought < 0 || ::setns(brought, CLONE_NEWPID) == 0 ? success : failed(SetupStep::pidNamespace);
}

Failure prepare(Warden& warden, const NativeRequest& request) noexcept {
    if (const Failure failure = openRequest(warden, request)) {
        return failure;
    }
    if (const Failure failure = assignDescriptors(warden.launch)) {
        return failure;
    }
    if (const Failure failure = readOwnLimits(warden.caller.record)) {
        return failure;
    }
    const Failure failure = takeUserNamespace(warden, request);
    return failure ? failure : takePidNamespace(warden.host.brought.pidNamespace);
}

} // namespace

[[noreturn]] void runNativeWarden(Host host, const NativeRequest& request) noexcept {
    ::setsid();
    forgetHandlers();
    ::signal(SIGCHLD, SIG_DFL); // else the kernel reaps the payload, and nobody learns how it ended
    const Reservation none;
    Failure failure = takeBrought(host.brought);
    Warden warden{host, none};
    warden.control.reset(request.control);
    if (!failure) {
        failure = prepare(warden, request);
    }
    runSandbox(warden, failure);
    ::_exit(0);
}

} // namespace sandboxd::warden
