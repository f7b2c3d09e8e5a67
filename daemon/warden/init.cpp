#include "warden/init.hpp"

#include "base/syscall.hpp"
#include "warden/capabilities.hpp"
#include "warden/confine.hpp"
#include "warden/identity.hpp"
#include "warden/label.hpp"
#include "warden/mount.hpp"
#include "warden/network.hpp"
#include "warden/new_root.hpp"
#include "warden/overlay.hpp"
#include "warden/proc_text.hpp"
#include "warden/process.hpp"
#include "warden/record_socket.hpp"
#include "warden/source.hpp"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include <csignal>
#include <cstring>

namespace sandboxd::warden {

namespace {

struct Init {
    const Host& host;
    const wire::PlanReader& plan;
    MountTable& table;
    int socket;
    NewRoot root{};
};

Failure takeLabel(Init& init) noexcept {
    return !init.host.appArmor || changeLabel(init.host.proc, initLabel) ? success : failed(SetupStep::label);
}

// One byte: the ids are mapped. End-of-file: the warden is gone.
Failure awaitMaps(Init& init) noexcept {
    char go = 0;
    return ::recv(init.socket, &go, 1, 0) == 1 ? success : failedWith(ECANCELED, SetupStep::maps);
}

Failure becomeCaller(Init& init) noexcept {
    return becomeCallerAndBuild(init.plan.header().insideUid, init.plan.header().insideGid);
}

// A change of ids clears it, so it comes after them; with it no half-built sandbox outlives its warden.
Failure dieWithWarden(Init& init) noexcept {
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) {
        return failed(SetupStep::confine);
    }
    // The warden may have died before: getppid() is 0 here, but its end of the socket tells.
    pollfd entry{init.socket, 0, 0};
    return ::poll(&entry, 1, 0) == 0 ? success : failedWith(ECANCELED, SetupStep::killed);
}

Failure nameHost(Init& init) noexcept {
    const char* name = init.plan.text(init.plan.header().hostname);
    if (name == nullptr || ::sethostname(name, std::strlen(name)) == 0) {
        return success;
    }
    return failed(SetupStep::hostname);
}

Failure startNetwork(Init& init) noexcept {
    const bool wanted = init.plan.header().network == static_cast<unsigned>(wire::Network::loopback);
    return !wanted || raiseLoopback() ? success : failed(SetupStep::network);
}

// Only now: a cgroup namespace has the creator's cgroup as its root, and the clone put init into its leaf.
Failure newCgroupNamespace(Init& init) noexcept {
    const bool wanted = (init.plan.header().namespaces & wire::unshareCgroup) != 0;
    return !wanted || ::unshare(CLONE_NEWCGROUP) == 0 ? success : failed(SetupStep::namespaces);
}

// The kernel itself refuses nested namespaces then, whatever filter or label does. After the last of our own is made;
// the sysctl is of the user namespace of the process that writes.
Failure forbidNamespaces(Init& init) noexcept {
    static constexpr const char* limits[] = {"sys/user/max_user_namespaces",   "sys/user/max_mnt_namespaces",
                                             "sys/user/max_pid_namespaces",    "sys/user/max_ipc_namespaces",
                                             "sys/user/max_uts_namespaces",    "sys/user/max_net_namespaces",
                                             "sys/user/max_cgroup_namespaces", "sys/user/max_time_namespaces"};
    for (const char* limit : limits) {
        if (!writeProc(init.host.proc, limit, "0")) {
            return failed(SetupStep::limits);
        }
    }
    return success;
}

// Nothing mounted here shows outside, and nothing mounted outside shows here.
Failure isolateMounts(Init&) noexcept {
    const UniqueFd root(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!root || sys::setMountAttributes(root.get(), 0, MS_PRIVATE, true) != 0) {
        return failed(SetupStep::root);
    }
    ::umask(0); // the Plan's modes are exact
    return success;
}

Failure openSources(Init& init) noexcept {
    if (const Failure failure = openPathSources(init.plan, init.table)) {
        return failure;
    }
    const Failure failure = openLayers(init.plan, init.table);
    return failure ? failure : restrictSources(init.plan, init.table);
}

Failure attachRoot(Init& init) noexcept {
    return init.root.attach(needsScratch(init.plan));
}
Failure fillRoot(Init& init) noexcept {
    return runMounts(init.plan, init.table, init.root, init.host.proc);
}
Failure enterRoot(Init& init) noexcept {
    return init.root.enter();
}
Failure checkMounts(Init& init) noexcept {
    return verifyMounts(init.plan, init.table);
}

// The bounding set while CAP_SETPCAP is there, capabilities, then the label (the idle one lets nothing be dropped any
// more), no_new_privs after the label (it would freeze it), the filter last.
Failure confine(Init& init) noexcept {
    if (!keepBounding(0) || !keepCapabilities(0)) {
        return failed(SetupStep::confine);
    }
    if (init.host.appArmor && !changeLabel(init.host.proc, idleLabel)) {
        return failed(SetupStep::label);
    }
    if (!forbidTracing()) {
        return failed(SetupStep::confine);
    }
    if (const Failure failure = forbidNewPrivileges()) {
        return failure;
    }
    if (const Failure failure = dieWithWarden(init)) {
        return failure;
    }
    return installFilter(init.plan.idleFilter()) ? verifyConfined(init.plan, true) : failed(SetupStep::confine);
}

using Step = Failure (*)(Init&) noexcept;

// Sources are opened before the new root hides the caller's /tmp. The limits come after the mounts: a detached tree
// counts as a mount namespace.
constexpr Step steps[] = {takeLabel,    awaitMaps,          becomeCaller,  dieWithWarden,    nameHost,
                          startNetwork, newCgroupNamespace, isolateMounts, openSources,      attachRoot,
                          fillRoot,     enterRoot,          checkMounts,   forbidNamespaces, confine};

Failure build(Init& init) noexcept {
    for (const Step step : steps) {
        if (const Failure failure = step(init)) {
            return failure;
        }
    }
    return success;
}

// The payload is the warden's child; what comes here are its orphans. SIGCHLD is blocked, so none is missed between
// reaping and waiting.
[[noreturn]] void reapForever() noexcept {
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

// Locks and what sync-fd is; a pipe of the caller held beside would never see its end.
void keepForLife(const MountTable& table, int sync) noexcept {
    int keep[wire::maxMounts + 1];
    std::size_t count = 0;
    for (const HeldMount& held : table.mounts) {
        keep[count++] = held.lock.get();
    }
    keep[count++] = sync;
    closeFrom(0, keep, count);
}

} // namespace

[[noreturn]] void runInit(const Host& host, const Launch& launch, MountTable& table, int socket) noexcept {
    Init init{host, launch.plan, table, socket};
    const Failure result = build(init);
    sendRecord(socket, result);
    if (result) {
        ::_exit(1);
    }
    keepForLife(table, launch.fd(launch.plan.header().sync));
    reapForever();
}

} // namespace sandboxd::warden
