#include "payload.hpp"

#include <cerrno>
#include <sys/syscall.h>
#include <unistd.h>

namespace sandboxd::watch {

// By pidfd, which needs nobody; by the daemon if the kernel does not let us.
void forward(client::Connection& connection, const client::Sandbox& sandbox, int signal, const Complain& complain) {
    if (::syscall(SYS_pidfd_send_signal, sandbox.pidfd.get(), signal, nullptr, 0) == 0 || errno == ESRCH) {
        return;
    }
    if (const auto sent = connection.kill(sandbox, signal); !sent) {
        complain(sent.error());
    }
}

client::Result<client::ExitStatus> awaitEnd(client::Connection& connection, const client::Sandbox& sandbox,
                                            Signals& signals, const Complain& complain) {
    for (;;) {
        client::CallOptions options;
        options.cancelFd = signals.fd();
        auto ended = connection.wait(sandbox, options);
        if (ended || ended.error().kind != client::ErrorKind::cancelled) {
            return ended;
        }
        if (const int signal = signals.take(); signal != 0) {
            forward(connection, sandbox, signal, complain);
        }
    }
}

} // namespace sandboxd::watch
