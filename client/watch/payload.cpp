#include "payload.hpp"

#include <cerrno>
#include <sys/syscall.h>
#include <unistd.h>

namespace sandboxd::watch {

client::CallOptions spawnOptions(const Signals& signals) {
    // A signal may come when the payload runs already and we do not know it yet: then it is the payload's. If no answer
    // comes, set-up or a dialog is in the way, and the signal is ours.
    constexpr std::chrono::milliseconds answerUnderWay{1000};
    return {.interactive = ::isatty(STDIN_FILENO) == 1, .cancelFd = signals.fd(), .cancelGrace = answerUnderWay};
}

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
