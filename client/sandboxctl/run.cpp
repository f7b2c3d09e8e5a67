// sandboxctl run: one sandbox for one command, from the request to its exit status.
#include "default_view.hpp"
#include "exit_status.hpp"
#include "host_view.hpp"
#include "inherited.hpp"
#include "lifeline.hpp"
#include "payload.hpp"
#include "print.hpp"
#include "sandboxd/client.hpp"
#include "signals.hpp"
#include "terminal/own_terminal.hpp"
#include "verbs.hpp"

#include <algorithm>
#include <unistd.h>

namespace sandboxd::ctl {
namespace {

using client::Connection;
using client::Sandbox;
using client::Spec;
using terminal::OwnTerminal;

constexpr std::size_t descriptionBytes = 128; // the daemon's ceiling

void sayHidden(const std::string& directory) {
    const std::string word = shellWord(directory);
    say("the current directory is not in the sandbox; to expose it: --bind " + word + " " + word);
}

// The program's name and nothing of its arguments, which may hold secrets and are shown in lists.
std::string describe(const RunRequest& request) {
    return printable(request.command.front()).substr(0, descriptionBytes);
}

std::vector<client::Namespace> ownNamespaces(const std::vector<client::Namespace>& shared) {
    using enum client::Namespace;
    std::vector<client::Namespace> own{mount, pid, ipc, uts, cgroup};
    std::erase_if(
        own, [&](client::Namespace kind) { return std::find(shared.begin(), shared.end(), kind) != shared.end(); });
    return own;
}

Spec buildSpec(const RunRequest& request, DefaultView view) {
    Spec spec(request.command);
    for (client::MountOperation& operation : view.mounts) {
        spec.mount(std::move(operation));
    }
    for (const client::MountOperation& operation : request.mounts) {
        spec.mount(operation);
    }
    spec.environment(buildEnvironment(watch::inheritedEnvironment(), request.keepEnvironment, request.environment))
        .workingDirectory(request.workingDirectory.value_or(view.workingDirectory))
        .network(request.network)
        .identity(request.identity)
        .seccomp(request.seccomp)
        .namespaces(ownNamespaces(request.shared))
        .description(describe(request))
        .inheritStandardStreams();
    if (request.hostname) {
        spec.hostname(*request.hostname);
    }
    if (request.mapRoot) {
        spec.uid(0).gid(0);
    }
    if (!request.capabilities.empty()) {
        spec.capabilities(request.capabilities);
    }
    if (request.nestedUserNamespaces) {
        spec.nestedUserNamespaces(true);
    }
    if (!request.init) {
        spec.init(false);
    }
    return spec;
}

client::Result<OwnTerminal> openTerminal(const RunRequest& request) {
    std::vector<int> streams = request.terminal ? terminal::terminalStreams() : terminal::controllingStreams();
    if (request.terminal && streams.empty()) {
        return client::Error{.message = "--terminal: none of the standard streams is a terminal"};
    }
    return OwnTerminal::open(std::move(streams));
}

int awaitEnd(watch::Payload& payload, watch::Signals& signals, OwnTerminal& terminal) {
    const auto ended = terminal.awaitEnd(
        payload, signals, [](const client::Error& error) { (void)sayError("cannot send the signal", error); });
    return ended ? ended.value().shellStatus() : sayError("cannot wait for the sandbox", ended.error());
}

int spawnAndWait(const RunRequest& request, watch::Lifeline& lifeline, watch::Signals& signals) {
    client::Result<OwnTerminal> terminal = openTerminal(request);
    if (!terminal) {
        return sayError("cannot start the sandbox", terminal.error());
    }
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
    terminal.value().give(spec);
    client::Result<Sandbox> sandbox = connection.value().spawn(spec, watch::spawnOptions(signals));
    lifeline.watched.reset();
    if (sandbox) {
        watch::BrokersPayload payload(connection.value(), std::move(sandbox).value());
        return awaitEnd(payload, signals, terminal.value());
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
    client::Result<watch::Signals> signals = watch::Signals::start();
    if (!signals) {
        return sayError("cannot start the sandbox", signals.error());
    }
    client::Result<watch::Lifeline> lifeline = watch::Lifeline::make();
    if (!lifeline) {
        return sayError("cannot start the sandbox", lifeline.error());
    }
    return spawnAndWait(request, lifeline.value(), signals.value());
}

} // namespace sandboxd::ctl
