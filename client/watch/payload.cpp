#include "payload.hpp"

#include <cerrno>
#include <sys/syscall.h>
#include <unistd.h>

namespace sandboxd::watch {
namespace {

// By pidfd, which needs nobody; by the daemon if the kernel does not let us.
client::Result<void> forward(client::Connection& connection, const client::Sandbox& sandbox, int signal) {
    if (::syscall(SYS_pidfd_send_signal, sandbox.pidfd.get(), signal, nullptr, 0) == 0 || errno == ESRCH) {
        return {};
    }
    return connection.kill(sandbox, signal);
}

} // namespace

client::Result<client::ExitStatus> awaitEnd(client::Connection& connection, const client::Sandbox& sandbox,
                                            Signals& signals, const Complain& complain) {
    for (;;) {
        client::CallOptions options;
        options.cancelFd = signals.fd();
        auto ended = connection.wait(sandbox, options);
        if (ended || ended.error().kind != client::ErrorKind::cancelled) {
            return ended;
        }
        const int signal = signals.take();
        if (signal == 0) {
            continue;
        }
        if (const auto sent = forward(connection, sandbox, signal); !sent) {
            complain(sent.error());
        }
    }
}

} // namespace sandboxd::watch
