// sandboxctl run: one sandbox for one command, from the request to its exit status.
#include "default_view.hpp"
#include "exit_status.hpp"
#include "failure.hpp"
#include "host_view.hpp"
#include "print.hpp"
#include "sandboxd/client.hpp"
#include "signal_watch.hpp"
#include "verbs.hpp"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace sandboxd::ctl {
namespace {

using client::Connection;
using client::Sandbox;
using client::Spec;

// A signal may come when the payload runs already and we do not know it yet: then it is the payload's. If no answer
// comes, set-up or a dialog is in the way, and the signal is ours.
constexpr std::chrono::milliseconds answerUnderWay{1000};

constexpr std::size_t descriptionBytes = 128; // the daemon's ceiling

// A pipe: the sandbox watches one end, this process alone holds the other until it dies, however it dies.
struct Lifeline {
    client::Descriptor watched;
    client::Descriptor held;
};

client::Result<Lifeline> makeLifeline() {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0) {
        return failure("cannot make a pipe", errno);
    }
    return Lifeline{client::Descriptor(ends[0]), client::Descriptor(ends[1])};
}

std::vector<std::string> callersEnvironment() {
    std::vector<std::string> entries;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        entries.emplace_back(*entry);
    }
    return entries;
}

void sayHidden(const std::string& directory) {
    const std::string word = shellWord(directory);
    say("the current directory is not in the sandbox; to expose it: --bind " + word + " " + word);
}

// The program's name and nothing of its arguments, which may hold secrets and are shown in lists.
std::string describe(const RunRequest& request) {
    return printable(request.command.front()).substr(0, descriptionBytes);
}

Spec buildSpec(const RunRequest& request, DefaultView view) {
    Spec spec(request.command);
    for (client::MountOperation& operation : view.mounts) {
        spec.mount(std::move(operation));
    }
    for (const client::MountOperation& operation : request.mounts) {
        spec.mount(operation);
    }
    spec.environment(buildEnvironment(callersEnvironment(), request.keepEnvironment, request.environment))
        .workingDirectory(request.workingDirectory.value_or(view.workingDirectory))
        .network(request.network)
        .description(describe(request))
        .inheritStandardStreams();
    if (request.hostname) {
        spec.hostname(*request.hostname);
    }
    return spec;
}

// By pidfd, which needs nobody; by the daemon if the kernel does not let us.
void forward(Connection& connection, const Sandbox& sandbox, int signal) {
    if (::syscall(SYS_pidfd_send_signal, sandbox.pidfd.get(), signal, nullptr, 0) != 0 && errno != ESRCH) {
        if (const auto sent = connection.kill(sandbox, signal); !sent) {
            (void)sayError("cannot send the signal", sent.error());
        }
    }
}

int awaitEnd(Connection& connection, const Sandbox& sandbox, SignalWatch& signals) {
    for (;;) {
        client::CallOptions options;
        options.cancelFd = signals.fd();
        const auto ended = connection.wait(sandbox, options);
        if (ended) {
            return ended.value().shellStatus();
        }
        if (ended.error().kind != client::ErrorKind::cancelled) {
            return sayError("cannot wait for the sandbox", ended.error());
        }
        if (const int signal = signals.take(); signal != 0) {
            forward(connection, sandbox, signal);
        }
    }
}

int spawnAndWait(const RunRequest& request, Lifeline& lifeline, SignalWatch& signals) {
    client::Result<Connection> connection = Connection::open();
    if (!connection) {
        return sayError("cannot start the sandbox", connection.error());
    }
    DefaultView view = buildDefaultView(lookAtHost(request.network == client::Network::host), request.mounts);
    if (view.hidden && !request.workingDirectory) {
        sayHidden(*view.hidden);
    }
    Spec spec = buildSpec(request, std::move(view));
    spec.lifetime(client::Lifetime::descriptor).lifeline(lifeline.watched.get());
    const client::CallOptions options{
        .interactive = ::isatty(STDIN_FILENO) == 1, .cancelFd = signals.fd(), .cancelGrace = answerUnderWay};
    const auto sandbox = connection.value().spawn(spec, options);
    lifeline.watched.reset();
    if (sandbox) {
        return awaitEnd(connection.value(), sandbox.value(), signals);
    }
    if (sandbox.error().kind == client::ErrorKind::cancelled) {
        return 128 + signals.take(); // our end closes the lifeline, and that the request
    }
    const bool command = sandbox.error().kind == client::ErrorKind::execFailed;
    return sayError(command ? "cannot run " + shellWord(request.command.front()) : "cannot start the sandbox",
                    sandbox.error());
}

} // namespace

int runCommand(const RunRequest& request) {
    if (::geteuid() == 0) {
        say("root gets no sandbox; name the user to run as: sandboxctl --as USER run COMMAND...");
        return ownFailure;
    }
    client::Result<SignalWatch> signals = SignalWatch::start();
    if (!signals) {
        return sayError("cannot start the sandbox", signals.error());
    }
    client::Result<Lifeline> lifeline = makeLifeline();
    if (!lifeline) {
        return sayError("cannot start the sandbox", lifeline.error());
    }
    return spawnAndWait(request, lifeline.value(), signals.value());
}

} // namespace sandboxd::ctl
