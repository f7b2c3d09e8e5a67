#include "warden/native.hpp"

#include "warden/assign_descriptors.hpp"
#include "warden/life.hpp"
#include "warden/process.hpp"
#include "warden/wait.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>

namespace sandboxd::warden {

namespace {

constexpr int firstOwnFd = 3;

// Copies, as the numbers below may be the caller's own 0 to 2; all else that the caller has open is not for a warden.
Failure takeDescriptors(Warden& warden, const NativeRequest& request) noexcept {
    int keep[maxRecordFds + 3];
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
    warden.launch.deadline = monotonicUsec() + plan.header().setupTimeoutUsec;
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
    return mapNativeIds(warden.host.proc, warden.launch.plan.header(), maps, warden.control.get());
}

} // namespace

[[noreturn]] void runNativeWarden(const Host& host, const NativeRequest& request) noexcept {
    ::setsid();
    forgetHandlers();
    ::signal(SIGCHLD, SIG_DFL); // else the kernel reaps the payload, and nobody learns how it ended
    const Reservation none;
    Warden warden{host, none};
    warden.control.reset(request.control);
    Failure failure = openRequest(warden, request);
    if (!failure) {
        failure = assignDescriptors(warden.launch);
    }
    if (!failure) {
        failure = readOwnLimits(warden.caller.record);
    }
    if (!failure && request.newUserNamespace) {
        failure = makeUserNamespace(warden, request.maps);
    }
    runSandbox(warden, failure);
    ::_exit(0);
}

} // namespace sandboxd::warden
