// sandboxctl kill: a signal to the payload of each sandbox named. One that fails does not keep the rest from it.
#include "print.hpp"
#include "sandboxd/client.hpp"
#include "verbs.hpp"

#include <unistd.h>

namespace sandboxd::ctl {
namespace {

client::Result<void> killOne(client::Connection& connection, const std::string& id, int signal) {
    const client::CallOptions options{.interactive = ::isatty(STDIN_FILENO) == 1};
    const auto sandbox = connection.get(id, options);
    return sandbox ? connection.kill(sandbox.value(), signal, options) : client::Result<void>(sandbox.error());
}

} // namespace

int killSandboxes(const KillRequest& request) {
    auto connection = client::Connection::open();
    if (!connection) {
        return sayError("cannot send a signal", connection.error());
    }
    int status = 0;
    for (const std::string& id : request.ids) {
        if (const auto sent = killOne(connection.value(), id, request.signal); !sent) {
            status = sayError("cannot send a signal to " + printable(id), sent.error());
        }
    }
    return status;
}

} // namespace sandboxd::ctl
