#include "run.hpp"

#include "frontends/stand.hpp"
#include "message.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <memory>
#include <sys/resource.h>
#include <unistd.h>
#include <utility>

namespace sandboxd::unshare {
namespace {

using client::ErrorKind;
using frontends::Stand;

int sayError(const client::Error& error) {
    return say(error.message);
}

// What callers know of unshare where the kernel refuses; the reason follows.
int sayRefusal(const client::Error& error) {
    return say("unshare failed: Operation not permitted (" + error.message + ")");
}

int sayFailure(const client::Error& error, const std::string& program) {
    switch (error.kind) {
    case ErrorKind::execFailed:
        (void)say("failed to execute " + program + ": " + strerrordesc_np(error.errorNumber));
        return error.errorNumber == ENOENT ? notFound : notExecutable;
    case ErrorKind::refused:
        return sayRefusal(error);
    default:
        return sayError(error);
    }
}

// A program that a signal ended: whoever waits for us shall see the same. No core of ours beside the program's: 1 keeps
// a handler from being started, which 0 does not (core(5)).
int endLike(const client::ExitStatus& status) {
    if (status.signaled) {
        const rlimit none{1, 1};
        sigset_t only{};
        (void)::setrlimit(RLIMIT_CORE, &none);
        (void)std::signal(status.value, SIG_DFL);
        (void)::sigemptyset(&only);
        (void)::sigaddset(&only, status.value);
        (void)::sigprocmask(SIG_UNBLOCK, &only, nullptr);
        (void)::raise(status.value);
    }
    return status.shellStatus();
}

// A user namespace is what every command line here asks for; what it may do in there is not limited. So there is no
// second one below it (engine/native.cpp), and the ranges are those that the program sees.
engine::NativeOptions nativeOptions(engine::IdMaps maps) {
    return {.newUserNamespace = true, .mayNest = true, .maps = std::move(maps)};
}

} // namespace

int run(Sandbox sandbox, engine::Choice choice, const std::vector<int>& descriptors) {
    client::Spec& spec = sandbox.spec;
    for (const int descriptor : descriptors) {
        spec.descriptor(static_cast<std::uint32_t>(descriptor), descriptor);
    }
    client::Result<Stand> stand =
        Stand::make(engine::Engine(choice, nativeOptions(std::move(sandbox.maps))), terminal::controllingStreams());
    if (!stand) {
        return sayError(stand.error());
    }
    const auto payload = stand.value().spawn(spec);
    if (!payload) {
        const bool ended = payload.error().kind == ErrorKind::cancelled;
        return ended ? stand.value().statusOfSignal() : sayFailure(payload.error(), spec.fields().argv.front());
    }
    stand.value().handOver(descriptors);
    const auto end =
        stand.value().awaitEnd(*payload.value(), [](const client::Error& error) { (void)sayError(error); });
    return end ? endLike(end.value()) : sayError(end.error());
}

} // namespace sandboxd::unshare
