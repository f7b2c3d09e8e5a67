#include "warden/init_life.hpp"

#include "warden/capabilities.hpp"
#include "warden/confine.hpp"
#include "warden/label.hpp"
#include "warden/process.hpp"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace sandboxd::warden {

namespace {

// There need not be one natively.
bool filterCalls(const Host& host, const wire::PlanReader& plan) noexcept {
    const auto filter = plan.idleFilter();
    return filter.count == 0 ? host.native : installFilter(filter);
}

} // namespace

Failure dieWithWarden(int socket) noexcept {
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) {
        return failed(SetupStep::confine);
    }
    // The warden may have died before: getppid() is 0 here, but its end of the socket tells.
    pollfd entry{socket, 0, 0};
    return ::poll(&entry, 1, 0) == 0 ? success : failedWith(ECANCELED, SetupStep::killed);
}

Failure takeInitLabel(const Host& host) noexcept {
    return !host.appArmor || changeLabel(host.proc, initLabel) ? success : failed(SetupStep::label);
}

// The bounding set while CAP_SETPCAP is there, capabilities, then the label (the idle one lets nothing be dropped any
// more), no_new_privs after the label (it would freeze it), the filter last.
Failure confineForLife(const Host& host, const wire::PlanReader& plan, const Ids& ids, int socket) noexcept {
    if (!keepBounding(0) || !keepCapabilities(0)) {
        return failed(SetupStep::confine);
    }
    if (host.appArmor && !changeLabel(host.proc, idleLabel)) {
        return failed(SetupStep::label);
    }
    if (!host.native && !forbidTracing()) { // natively once the payload has joined
        return failed(SetupStep::confine);
    }
    if (const Failure failure = forbidNewPrivileges()) {
        return failure;
    }
    if (const Failure failure = dieWithWarden(socket)) {
        return failure;
    }
    if (!filterCalls(host, plan)) {
        return failed(SetupStep::confine);
    }
    return host.native ? success : verifyConfined(ids, {}, true);
}

bool hideOnceJoined(const wire::PlanReader& plan, const Ids& ids, int socket) noexcept {
    char none = 0;
    return ::recv(socket, &none, 1, 0) == 0 && forbidTracing() && !verifyConfined(ids, {}, plan.idleFilter().count > 0);
}

// SIGCHLD is blocked, so none is missed between reaping and waiting.
[[noreturn]] void reapForLife() noexcept {
    sigset_t children;
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    ::sigprocmask(SIG_BLOCK, &children, nullptr);
    for (;;) {
        while (::waitpid(-1, nullptr, WNOHANG) > 0) {
        }
        if (::sigwaitinfo(&children, nullptr) < 0 && errno != EINTR) {
            ::pause(); // a filter without it: orphans stay zombies rather than init spins
        }
    }
}

} // namespace sandboxd::warden
