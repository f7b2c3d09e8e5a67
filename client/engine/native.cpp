#include "engine/native.hpp"

#include "base/error_text.hpp"
#include "base/syscall.hpp"
#include "engine/convert.hpp"
#include "engine/native_payload.hpp"
#include "engine/user_namespace_trial.hpp"
#include "engine/write_id_maps.hpp"
#include "failure.hpp"
#include "launch/step_names.hpp"
#include "plan/draft_plan.hpp"
#include "plan/encode.hpp"
#include "warden/capabilities.hpp"
#include "warden/native.hpp"
#include "warden/record_socket.hpp"

#include <linux/capability.h>

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

namespace sandboxd::engine {
namespace {

using client::ErrorKind;

ErrorKind kindOf(ErrorCode code) {
    switch (code) {
    case ErrorCode::execFailed:
        return ErrorKind::execFailed;
    case ErrorCode::setupFailed:
        return ErrorKind::setupFailed;
    case ErrorCode::limitsExceeded:
        return ErrorKind::limitExceeded;
    case ErrorCode::notSupported:
        return ErrorKind::unavailable;
    default:
        return ErrorKind::invalidRequest; // no more than these come from a request and its set-up
    }
}

client::Error clientError(sandboxd::Error error, int errorNumber) {
    return {kindOf(error.code), "", std::move(error.message), errorNumber};
}

// A request as the warden takes it.
struct Prepared {
    plan::Plan plan;
    std::vector<std::byte> bytes;
    std::vector<int> fds;
};

// Root has all that it takes; what looks like root in a user namespace need not. Limits are those of a namespace of the
// sandbox's own.
bool needsUserNamespace(const NativeOptions& native) {
    const bool isAsked = native.newUserNamespace || !native.mayNest;
    return native.brought.userNamespace < 0 && (isAsked || ::geteuid() != 0 || !warden::hasEffective(CAP_SYS_ADMIN));
}

// Capabilities are over the one user namespace that there is, which is the caller's own; but whoever has them over a
// namespace can lift its limits, and then there are two.
plan::Plan planFor(spec::Spec& spec, const NativeOptions& native) {
    spec.nestedUserNamespaces = native.mayNest;
    plan::Plan plan = plan::draftPlan(spec, {::geteuid(), ::getegid()});
    plan.identity = native.mayNest ? wire::IdentityKind::mapped : plan.identity;
    return plan;
}

// What is limited around us is so inside; limits of the sandbox's own are another option's.
Result<void> checkNesting(const NativeOptions& native) {
    if (native.mustNotNest && native.mayNest && canMakeUserNamespace(native.brought)) {
        return Error{ErrorCode::conflictingOptions, "creation of new user namespaces was not disabled as requested"};
    }
    return {};
}

Result<Prepared> prepare(const client::Spec& asked, const NativeOptions& native) {
    Result<Request> request = convert(asked.fields());
    if (!request) {
        return std::move(request).error();
    }
    if (Result<void> nesting = checkNesting(native); !nesting) {
        return std::move(nesting).error();
    }
    plan::Plan plan = planFor(request.value().spec, native);
    Result<std::vector<std::byte>> bytes = plan::encode(plan);
    if (!bytes) {
        return std::move(bytes).error();
    }
    return Prepared{std::move(plan), std::move(bytes).value(), std::move(request.value().fds)};
}

// What the warden knows of the machine. The descriptors are open while it is made.
struct OwnHost {
    client::Descriptor proc{::open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC)};
    // A sandbox around us may have none that can be opened.
    client::Descriptor devNull{::open("/dev/null", O_RDWR | O_CLOEXEC)};

    OwnHost() {
        if (!devNull) {
            devNull.reset(::memfd_create("sandboxd-null", MFD_CLOEXEC));
        }
    }
};

struct Warden {
    pid_t pid = -1;
    client::Descriptor control;
};

warden::ParentsMaps parentsMaps(const IdMaps& maps) {
    return {!maps.users.ranges.empty(), !maps.groups.ranges.empty(), maps.denySetgroups};
}

client::Result<Warden> startWarden(const Prepared& prepared, const NativeOptions& native) {
    const OwnHost own;
    std::array<int, 2> pair{};
    if (!own.proc) {
        return watch::failure("cannot open /proc", errno);
    }
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.data()) != 0) {
        return watch::failure("cannot make a socket", errno);
    }
    Warden started{-1, client::Descriptor(pair[0])};
    const client::Descriptor theirs(pair[1]);
    const bool newUserNamespace = needsUserNamespace(native);
    clone_args arguments{};
    arguments.exit_signal = SIGCHLD;
    started.pid = sys::clone3(arguments);
    if (started.pid == 0) {
        warden::Host host;
        host.proc = own.proc.get();
        host.devNull = own.devNull.get();
        host.native = true;
        host.passesToRoot = native.passesToRoot;
        host.hasRanges = native.maps.haveRanges();
        host.keepsUid = native.maps.users.keepsOwn;
        host.keepsGid = native.maps.groups.keepsOwn;
        host.dropsGroups = native.maps.dropGroups;
        host.brought = native.brought;
        warden::runNativeWarden(host, {prepared.bytes.data(), prepared.bytes.size(), prepared.fds.data(),
                                       static_cast<std::uint32_t>(prepared.fds.size()), theirs.get(), newUserNamespace,
                                       parentsMaps(native.maps)});
    }
    if (started.pid < 0) { // ENOSYS: the filter of a container, which would not let the rest pass either
        client::Error error = watch::failure("cannot make a process", errno);
        error.kind = ErrorKind::unavailable;
        return error;
    }
    if (native.brought.info >= 0) { // who reads to its end shall not wait for us; its number is still the caller's
        ::dup3(own.devNull.get(), native.brought.info, O_CLOEXEC);
    }
    return started;
}

// True: the report, or the warden's end. A signal may come when the payload runs already: then it is the payload's.
bool awaitReport(int control, const client::CallOptions& options) {
    std::array<pollfd, 2> entries{{{control, POLLIN, 0}, {options.cancelFd, POLLIN, 0}}};
    for (;;) {
        const int ready = ::poll(entries.data(), entries.size(), -1);
        if (ready > 0 && entries[0].revents != 0) {
            return true;
        }
        if (ready > 0) {
            return ::poll(entries.data(), 1, static_cast<int>(options.cancelGrace.count())) == 1;
        }
        if (errno != EINTR) {
            return false;
        }
    }
}

client::Error cancelled() {
    return {ErrorKind::cancelled, "", "cancelled", 0};
}

// The warden says one byte when its user namespace is there; anything else is its report, which is for later.
bool takeCallForMaps(int control) {
    char word = 0;
    return ::recv(control, &word, 1, MSG_PEEK | MSG_TRUNC) == 1 && ::recv(control, &word, 1, 0) == 1;
}

client::Result<void> mapRanges(const Warden& warden, const IdMaps& maps, const client::CallOptions& options) {
    if (!maps.haveRanges()) {
        return {};
    }
    const int control = warden.control.get();
    if (!awaitReport(control, options)) {
        return cancelled();
    }
    if (!takeCallForMaps(control)) {
        return {};
    }
    if (client::Result<void> written = writeIdMaps(warden.pid, maps); !written) {
        return written;
    }
    const char go = 1;
    (void)::send(control, &go, 1, MSG_NOSIGNAL); // its end shows when the report is awaited
    return {};
}

// These two come before anything is done.
bool isNotPermitted(const wire::Report& report) {
    return report.step == wire::SetupStep::namespaces || report.step == wire::SetupStep::maps;
}

client::Error errorOf(const wire::Report& report, const plan::Plan& plan) {
    if (isNotPermitted(report)) {
        return {ErrorKind::unavailable, "",
                "setup: cannot " + std::string(launch::nameOf(report.step)) + ": " + errorText(report.error),
                report.error};
    }
    return clientError(launch::describeFailure(report, plan), report.error);
}

client::Error giveUp(Warden& warden, client::Error error) {
    warden.control.reset(); // which it takes for an order to end
    reap(warden.pid);
    return error;
}

} // namespace

client::Result<std::unique_ptr<watch::Payload>> startNative(const client::Spec& spec, const NativeOptions& native,
                                                            const client::CallOptions& options) {
    Result<Prepared> prepared = prepare(spec, native);
    if (!prepared) {
        return clientError(std::move(prepared).error(), 0);
    }
    client::Result<Warden> warden = startWarden(prepared.value(), native);
    if (!warden) {
        return std::move(warden).error();
    }
    Warden& started = warden.value();
    if (client::Result<void> mapped = mapRanges(started, native.maps, options); !mapped) {
        return giveUp(started, std::move(mapped).error());
    }
    if (!awaitReport(started.control.get(), options)) {
        return giveUp(started, cancelled());
    }
    wire::Report report{};
    warden::Packet packet;
    const auto received = warden::receivePacket(started.control.get(), &report, sizeof report, packet);
    if (received != warden::Received::packet || packet.size != sizeof report) {
        return giveUp(started, {ErrorKind::setupFailed, "", "setup: the warden was killed", 0});
    }
    if (report.error != 0) {
        return giveUp(started, errorOf(report, prepared.value().plan));
    }
    return std::unique_ptr<watch::Payload>(std::make_unique<NativePayload>(
        started.pid, std::move(started.control), client::Descriptor(packet.fds[0].release()),
        client::Descriptor(packet.fds[1].release())));
}

} // namespace sandboxd::engine
