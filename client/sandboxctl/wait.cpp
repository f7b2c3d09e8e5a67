// sandboxctl wait: ends when the sandbox ends, with the exit status of its payload.
#include "print.hpp"
#include "sandboxd/client.hpp"
#include "verbs.hpp"

#include <unistd.h>

namespace sandboxd::ctl {

int waitForSandbox(const WaitRequest& request) {
    const std::string attempt = "cannot wait for " + printable(request.id);
    auto connection = client::Connection::open();
    if (!connection) {
        return sayError(attempt, connection.error());
    }
    const client::CallOptions options{.interactive = ::isatty(STDIN_FILENO) == 1};
    const auto sandbox = connection.value().get(request.id, options);
    if (!sandbox) {
        return sayError(attempt, sandbox.error());
    }
    const auto ended = connection.value().wait(sandbox.value(), options);
    return ended ? ended.value().shellStatus() : sayError(attempt, ended.error());
}

} // namespace sandboxd::ctl
