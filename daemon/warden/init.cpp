#include "warden/init.hpp"

#include "base/syscall.hpp"
#include "warden/callers_directory.hpp"
#include "warden/identity.hpp"
#include "warden/information.hpp"
#include "warden/init_life.hpp"
#include "warden/inner_init.hpp"
#include "warden/mount.hpp"
#include "warden/namespace_contents.hpp"
#include "warden/namespaces.hpp"
#include "warden/new_root.hpp"
#include "warden/overlay.hpp"
#include "warden/payload.hpp"
#include "warden/process.hpp"
#include "warden/record_socket.hpp"
#include "warden/source.hpp"

#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>

namespace sandboxd::warden {

namespace {

struct Init {
    const Host& host;
    const Launch& launch;
    const CallerView& caller;
    MountTable& table;
    int socket;
    const wire::PlanReader& plan = launch.plan;
    InnerInit inner{};
    NewRoot root{};
};

Failure takeLabel(Init& init) noexcept {
    return takeInitLabel(init.host);
}

// While it has root's files in /proc still.
Failure takePriorities(Init& init) noexcept {
    const bool isPayload = (init.plan.header().process & wire::processIsFirst) != 0;
    return isPayload ? takeCallersPriorities(init.host, init.caller) : success;
}

// Who writes the maps is told all that there will be to know, and may take its time.
Failure awaitBroughtMaps(Init& init) noexcept {
    const Brought& brought = init.host.brought;
    if (!brought.maps) {
        return success;
    }
    OwnDescriptors own{-1, brought.info, brought.status, brought.block, init.host.proc};
    if (const Failure failure = tellInformation(init.plan, own)) {
        return failure;
    }
    awaitUnblocked(own.block);
    return success;
}

// One byte: the ids are mapped. End-of-file: the warden is gone.
Failure awaitMaps(Init& init) noexcept {
    char go = 0;
    return ::recv(init.socket, &go, 1, 0) == 1 ? success : failedWith(ECANCELED, SetupStep::maps);
}

Failure becomeCaller(Init& init) noexcept {
    if (init.host.native) {
        raiseFileLimit(); // this process's alone
        return success;
    }
    return becomeCallerAndBuild(builderIds(init.host, init.plan.header()));
}

// All capabilities stay, for the label that is still the warden's would hide some that building takes.
Failure takeIds(Init& init) noexcept {
    return init.host.native ? success : becomeCallerWithAll(builderIds(init.host, init.plan.header()));
}

Failure bindLife(Init& init) noexcept {
    return dieWithWarden(init.socket);
}

Failure startInner(Init& init) noexcept {
    return init.inner.start(init.host, init.caller, init.launch, init.socket);
}

Failure fillNamespaces(Init& init) noexcept {
    return warden::fillNamespaces(init.plan);
}

Failure forbidNamespaces(Init& init) noexcept {
    return warden::forbidNamespaces(init.plan, init.host.proc);
}

// Natively alone, where init is dumpable until the payload has joined it; the change may have undone that.
Failure changeUserNamespace(Init& init) noexcept {
    const int later = init.host.brought.laterUserNamespace;
    const bool isThere = later < 0 || (::setns(later, CLONE_NEWUSER) == 0 && ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0);
    return isThere ? success : failed(SetupStep::laterUserNamespace);
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

// The warden could not before the clone: natively it has no capability over the caller's mount namespace.
Failure openNativeSources(Init& init) noexcept {
    return init.host.native ? openFdSources(init.host, init.launch, init.table) : success;
}

Failure openAll(Init& init) noexcept {
    if (const Failure failure = openNativeSources(init)) {
        return failure;
    }
    if (const Failure failure = openPathSources(init.plan, init.table)) {
        return failure;
    }
    const Failure failure = openLayers(init.plan, init.table);
    return failure ? failure : restrictSources(init.plan, init.table);
}

// A chrooted caller may stand outside of its root, or where it may not go: no error unless something there is wanted.
Failure standWhereTheCallerDoes(const Init& init) noexcept {
    const std::uint32_t wanted = firstRelativeSource(init.plan);
    if (wanted == wire::noOperation || enterCallersDirectory(init.host.proc, init.caller)) {
        return success;
    }
    return failedWith(EACCES, SetupStep::source, wanted);
}

// CAP_SYS_CHROOT: what a chrooted caller names is looked up in its root, where the clone has put us. The new root is
// built outside of it, since only a mount can be exchanged for another.
Failure openSources(Init& init) noexcept {
    if (!init.caller.hasOwnRoot()) {
        return openAll(init);
    }
    const UniqueFd outside(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!outside || ::chroot(".") != 0) {
        return failed(SetupStep::root);
    }
    const Failure stand = standWhereTheCallerDoes(init);
    const Failure failure = stand ? stand : openAll(init);
    const bool isBack = ::fchdir(outside.get()) == 0 && ::chroot(".") == 0;
    return isBack ? failure : failed(SetupStep::root);
}

Failure attachRoot(Init& init) noexcept {
    return init.root.attach(needsScratch(init.plan));
}
Failure fillRoot(Init& init) noexcept {
    return runMounts(init.host, init.plan, init.table, init.root);
}
Failure enterRoot(Init& init) noexcept {
    return init.root.enter();
}
Failure checkMounts(Init& init) noexcept {
    return verifyMounts(init.plan, init.table);
}
Failure releaseInner(Init& init) noexcept {
    return init.inner.release();
}
Failure confine(Init& init) noexcept {
    return confineForLife(init.host, init.plan, builderIds(init.host, init.plan.header()), init.socket);
}

using Step = Failure (*)(Init&) noexcept;

// The namespaces are filled while the warden writes the maps: that takes capabilities, and no id. Sources are opened
// before the new root hides the caller's /tmp. The limits come after the mounts: a detached tree counts as a mount
// namespace.
constexpr Step begin[] = {takeLabel, takePriorities, fillNamespaces, awaitBroughtMaps,
                          awaitMaps, becomeCaller,   bindLife};
constexpr Step beginInner[] = {takePriorities, awaitMaps, takeIds, startInner, takeLabel, becomeCaller, bindLife};
constexpr Step build[] = {isolateMounts, openSources, attachRoot,       fillRoot,
                          enterRoot,     checkMounts, forbidNamespaces, changeUserNamespace};
constexpr Step end[] = {confine};
constexpr Step endInner[] = {releaseInner, confine};

template <std::size_t count> Failure take(Init& init, const Step (&steps)[count]) noexcept {
    for (const Step step : steps) {
        if (const Failure failure = step(init)) {
            return failure;
        }
    }
    return success;
}

Failure takeAll(Init& init) noexcept {
    const bool isInner = hasInnerNamespace(init.plan.header());
    if (const Failure failure = isInner ? take(init, beginInner) : take(init, begin)) {
        return failure;
    }
    if (const Failure failure = take(init, build)) {
        return failure;
    }
    if (isInner) {
        return take(init, endInner);
    }
    const bool isPayload = (init.plan.header().process & wire::processIsFirst) != 0;
    return isPayload ? success : take(init, end);
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

// With ranges these are the caller's still, and the Plan's the payload's only.
Ids initIds(const Host& host, const wire::Header& header) noexcept {
    return host.hasRanges ? currentIds() : builderIds(host, header);
}

} // namespace

[[noreturn]] void runInit(const Host& host, const Launch& launch, const CallerView& caller, MountTable& table,
                          int socket) noexcept {
    Init init{host, launch, caller, table, socket};
    const Failure result = takeAll(init);
    sendRecord(socket, result);
    if (result) {
        ::_exit(1);
    }
    const wire::Header& header = launch.plan.header();
    if ((header.process & wire::processIsFirst) != 0 && !hasInnerNamespace(header)) {
        runPayload({host, launch, caller, -1, socket});
    }
    if (host.native && !hideOnceJoined(launch.plan, initIds(host, header), socket)) {
        ::_exit(1);
    }
    keepForLife(table, launch.fd(header.sync));
    reapForLife();
}

} // namespace sandboxd::warden
