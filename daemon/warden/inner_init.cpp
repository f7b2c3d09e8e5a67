#include "warden/inner_init.hpp"

#include "base/syscall.hpp"
#include "warden/identity.hpp"
#include "warden/init_life.hpp"
#include "warden/namespace_contents.hpp"
#include "warden/namespaces.hpp"
#include "warden/payload.hpp"
#include "warden/proc_text.hpp"
#include "warden/process.hpp"
#include "warden/record_socket.hpp"

#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <cerrno>

namespace sandboxd::warden {

namespace {

// What inner init sends of its own, in this order.
constexpr struct {
    const char* file;
    int type;
} namespaceFiles[] = {{"self/ns/pid", CLONE_NEWPID},
                      {"self/ns/net", CLONE_NEWNET},
                      {"self/ns/ipc", CLONE_NEWIPC},
                      {"self/ns/uts", CLONE_NEWUTS}};
constexpr std::size_t namespaceCount = sizeof namespaceFiles / sizeof namespaceFiles[0];

struct Inner {
    const Host& host;
    const CallerView& caller;
    const Launch& launch;
    int builder;
    int warden;
};

// By itself, as the id is its own and of who made this namespace. For that its /proc entries have to be its own: the
// caller outside, with the same uid, is still kept out by the user namespace.
Failure mapIds(Inner& inner) noexcept {
    const wire::Header& header = inner.launch.plan.header();
    const Ids outside = builderIds(inner.host, header);
    const int proc = inner.host.proc;
    const bool mapped = ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0 && writeProc(proc, "self/setgroups", "deny") &&
                        writeProc(proc, "self/uid_map", IdMapLine(header.insideUid, outside.uid).bytes) &&
                        writeProc(proc, "self/gid_map", IdMapLine(header.insideGid, outside.gid).bytes);
    const int error = errno;
    if (!inner.host.native && !forbidTracing()) { // natively once the payload has joined
        return failed(SetupStep::maps);
    }
    return mapped ? success : failedWith(error, SetupStep::maps);
}

// A namespace's file needs nobody's leave to be entered by who has capabilities over it; a pidfd would need tracing.
Failure sendNamespaces(Inner& inner) noexcept {
    UniqueFd files[namespaceCount];
    int fds[namespaceCount];
    for (std::size_t i = 0; i < namespaceCount; ++i) {
        files[i].reset(::openat(inner.host.proc, namespaceFiles[i].file, O_RDONLY | O_CLOEXEC));
        fds[i] = files[i].get();
        if (fds[i] < 0) {
            return failed(SetupStep::namespaces);
        }
    }
    const char some = 1;
    return sendPacket(inner.builder, &some, 1, fds, namespaceCount) ? success : failed(SetupStep::namespaces);
}

// End-of-file: the builder is gone.
Failure awaitBuilt(Inner& inner) noexcept {
    char go = 0;
    return ::recv(inner.builder, &go, 1, 0) == 1 ? success : failedWith(ECANCELED, SetupStep::killed);
}

Failure takeLabel(Inner& inner) noexcept {
    return takeInitLabel(inner.host);
}

Failure becomeCaller(Inner& inner) noexcept {
    return inner.host.native ? success : becomeCallerWithAll(payloadIds(inner.host, inner.launch.plan.header()));
}

Failure bindLife(Inner& inner) noexcept {
    return dieWithWarden(inner.warden);
}

// pivot_root(2) by the builder has changed this process's root as well. The copy is owned by this user namespace, so
// the kernel locks the flags of all that is in it.
Failure copyMounts(Inner&) noexcept {
    return ::chdir("/") == 0 && ::unshare(CLONE_NEWNS) == 0 ? success : failed(SetupStep::root);
}

Failure fillNamespaces(Inner& inner) noexcept {
    return warden::fillNamespaces(inner.launch.plan);
}

using Step = Failure (*)(Inner&) noexcept;

constexpr Step steps[] = {mapIds,   sendNamespaces, takeLabel,  becomeCaller,
                          bindLife, awaitBuilt,     copyMounts, fillNamespaces};

Failure prepare(Inner& inner) noexcept {
    for (const Step step : steps) {
        if (const Failure failure = step(inner)) {
            return failure;
        }
    }
    return success;
}

[[noreturn]] void runInner(Inner inner) noexcept {
    if (const Failure failure = prepare(inner)) {
        sendRecord(inner.warden, failure);
        ::_exit(1);
    }
    if ((inner.launch.plan.header().process & wire::processIsFirst) != 0) {
        sendRecord(inner.warden, success);
        runPayload({inner.host, inner.launch, inner.caller, -1, inner.warden});
    }
    const Failure failure =
        confineForLife(inner.host, inner.launch.plan, payloadIds(inner.host, inner.launch.plan.header()), inner.warden);
    sendRecord(inner.warden, failure);
    if (failure) {
        ::_exit(1);
    }
    if (inner.host.native &&
        !hideOnceJoined(inner.launch.plan, payloadIds(inner.host, inner.launch.plan.header()), inner.warden)) {
        ::_exit(1);
    }
    closeFrom(0, nullptr, 0);
    reapForLife();
}

// CAP_SYS_ADMIN over both: who has it over a user namespace has it over those below. Pids only for children.
Failure enter(int socket, std::uint64_t own) noexcept {
    char some = 0;
    Packet packet;
    const Received received = receivePacket(socket, &some, 1, packet);
    if (received != Received::packet || packet.fdCount != namespaceCount) {
        return failedWith(ECHILD, SetupStep::killed);
    }
    for (std::size_t i = 0; i < namespaceCount; ++i) {
        const int type = namespaceFiles[i].type;
        if ((own & static_cast<unsigned>(type)) != 0 && ::setns(packet.fds[i].get(), type) != 0) {
            return failed(SetupStep::join);
        }
    }
    return success;
}

// A child of the warden, which ends and reaps it.
pid_t cloneInner(std::uint64_t types, int& pidfd) noexcept {
    clone_args arguments{};
    arguments.flags = CLONE_NEWUSER | types | CLONE_PARENT | CLONE_PIDFD;
    arguments.pidfd = reinterpret_cast<std::uintptr_t>(&pidfd);
    return sys::clone3(arguments);
}

} // namespace

Failure InnerInit::start(const Host& host, const CallerView& caller, const Launch& launch, int warden) noexcept {
    UniqueFd theirs;
    UniqueFd wardens;
    UniqueFd reports;
    if (!makeSockets(socket_, theirs) || !makeSockets(wardens, reports)) {
        return failed(SetupStep::namespaces);
    }
    const std::uint64_t own = unsharedTypes(launch.plan.header());
    int pidfd = -1;
    const pid_t pid = cloneInner(own, pidfd);
    if (pid == 0) {
        socket_.reset(); // else the end of the builder would not show on ours
        wardens.reset();
        runInner({host, caller, launch, theirs.get(), reports.get()});
    }
    if (pid < 0) {
        return failed(SetupStep::namespaces);
    }
    const UniqueFd process(pidfd);
    const InnerRecord record{pid};
    const int fds[] = {pidfd, wardens.get()};
    if (!sendPacket(warden, &record, sizeof record, fds, 2)) {
        return failed(SetupStep::killed);
    }
    theirs.reset(); // else the end of inner init would not show on ours
    return enter(socket_.get(), own);
}

Failure InnerInit::release() noexcept {
    const char go = 1;
    return ::send(socket_.get(), &go, 1, MSG_NOSIGNAL) == 1 ? success : failed(SetupStep::killed);
}

} // namespace sandboxd::warden
