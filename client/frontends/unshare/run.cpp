#include "run.hpp"

#include "engine/engine.hpp"
#include "lifeline.hpp"
#include "message.hpp"
#include "sandboxd/client.hpp"
#include "signals.hpp"
#include "terminal/own_terminal.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <sys/resource.h>
#include <unistd.h>

namespace sandboxd::unshare {
namespace {

using client::ErrorKind;

// A signal may come when the program runs already and we do not know it yet: then it is the program's.
constexpr std::chrono::milliseconds answerUnderWay{1000};

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

// What stands for the program while it runs.
struct Stand {
    engine::Engine engine;
    watch::Lifeline lifeline;
    watch::Signals signals;
    terminal::OwnTerminal terminal;
};

// A user namespace is what every command line here asks for; what it may do in there is not limited.
constexpr engine::NativeOptions nativeOptions{.newUserNamespace = true, .mayNest = true};

client::Result<Stand> makeStand() {
    const client::Result<engine::Choice> choice = engine::parseChoice(std::getenv(engine::choiceVariable));
    if (!choice) {
        return choice.error();
    }
    client::Result<watch::Signals> signals = watch::Signals::start();
    if (!signals) {
        return std::move(signals).error();
    }
    client::Result<watch::Lifeline> lifeline = watch::Lifeline::make();
    if (!lifeline) {
        return std::move(lifeline).error();
    }
    auto terminal = terminal::OwnTerminal::open(terminal::controllingStreams());
    if (!terminal) {
        return std::move(terminal).error();
    }
    return Stand{engine::Engine(choice.value(), nativeOptions), std::move(lifeline).value(), std::move(signals).value(),
                 std::move(terminal).value()};
}

client::Result<std::unique_ptr<watch::Payload>> spawn(client::Spec& spec, Stand& stand) {
    spec.lifetime(client::Lifetime::descriptor).lifeline(stand.lifeline.watched.get());
    stand.terminal.give(spec);
    if (spec.fields().terminal) {
        spec.newSession(true); // of its own terminal, which only a session can have
    }
    const client::CallOptions options{
        .interactive = ::isatty(STDIN_FILENO) == 1, .cancelFd = stand.signals.fd(), .cancelGrace = answerUnderWay};
    return stand.engine.spawn(spec, options);
}

// Whoever reads from the other end of a pipe waits for the program's end of it, not for ours.
void closeHandedOver(const std::vector<int>& descriptors) {
    for (const int descriptor : descriptors) {
        if (descriptor > STDERR_FILENO) {
            ::close(descriptor);
        }
    }
}

} // namespace

int run(client::Spec spec, const std::vector<int>& descriptors) {
    for (const int descriptor : descriptors) {
        spec.descriptor(static_cast<std::uint32_t>(descriptor), descriptor);
    }
    client::Result<Stand> stand = makeStand();
    if (!stand) {
        return sayError(stand.error());
    }
    const auto payload = spawn(spec, stand.value());
    if (!payload) {
        const bool ended = payload.error().kind == ErrorKind::cancelled;
        return ended ? 128 + stand.value().signals.take() : sayFailure(payload.error(), spec.fields().argv.front());
    }
    stand.value().lifeline.watched.reset();
    closeHandedOver(descriptors);
    const auto end = stand.value().terminal.awaitEnd(*payload.value(), stand.value().signals,
                                                     [](const client::Error& error) { (void)sayError(error); });
    return end ? endLike(end.value()) : sayError(end.error());
}

} // namespace sandboxd::unshare
