// sandboxctl kill: a signal to the payload of each sandbox named, or of all. One that fails does not keep the rest from
// it.
#include "account.hpp"
#include "exit_status.hpp"
#include "print.hpp"
#include "sandboxd/client.hpp"
#include "verbs.hpp"

#include <unistd.h>

namespace sandboxd::ctl {
namespace {

using client::Connection;

client::CallOptions callOptions() {
    return {.interactive = ::isatty(STDIN_FILENO) == 1};
}

client::Result<void> killOne(Connection& connection, const std::string& id, int signal) {
    const auto sandbox = connection.get(id, callOptions());
    return sandbox ? connection.kill(sandbox.value(), signal, callOptions()) : client::Result<void>(sandbox.error());
}

int sayNotSent(const std::string& id, const client::Error& error) {
    return sayError("cannot send a signal to " + printable(id), error);
}

int killNamed(Connection& connection, const KillRequest& request) {
    int status = 0;
    for (const std::string& id : request.ids) {
        if (const auto sent = killOne(connection, id, request.signal); !sent) {
            status = sayNotSent(id, sent.error());
        }
    }
    return status;
}

int killListed(Connection& connection, const std::vector<client::SandboxSummary>& listed, int signal) {
    int status = 0;
    for (const client::SandboxSummary& summary : listed) {
        client::Sandbox sandbox;
        sandbox.id = summary.id;
        sandbox.path = summary.path;
        const auto sent = connection.kill(sandbox, signal, callOptions());
        if (!sent && sent.error().kind != client::ErrorKind::notFound) { // it may have ended since
            status = sayNotSent(summary.id, sent.error());
        }
    }
    return status;
}

// `everybodys`: whoever's it is, else only of `uid`.
int killRunning(Connection& connection, bool everybodys, uid_t uid, int signal) {
    // polkit is asked only for what is not the caller's own.
    auto listed = connection.list(everybodys || uid != ::geteuid(), callOptions());
    if (!listed) {
        return sayError("cannot list sandboxes", listed.error());
    }
    std::erase_if(listed.value(), [&](const client::SandboxSummary& summary) {
        return summary.state != "running" || (!everybodys && summary.uid != uid);
    });
    return killListed(connection, listed.value(), signal);
}

int killAll(Connection& connection, const KillRequest& request) {
    const uid_t own = ::geteuid();
    if (!request.user) {
        return killRunning(connection, own == 0, own, request.signal);
    }
    const std::optional<uid_t> uid = findUid(*request.user);
    if (!uid) {
        say("--user " + shellWord(*request.user) + ": neither a user in /etc/passwd nor a uid");
        return ownFailure;
    }
    return killRunning(connection, false, *uid, request.signal);
}

} // namespace

int killSandboxes(const KillRequest& request) {
    auto connection = Connection::open();
    if (!connection) {
        return sayError("cannot send a signal", connection.error());
    }
    return request.ids.empty() ? killAll(connection.value(), request) : killNamed(connection.value(), request);
}

} // namespace sandboxd::ctl
