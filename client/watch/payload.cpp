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

client::Result<void> BrokersPayload::kill(int signal) {
    return connection_.kill(sandbox_, signal);
}

client::Result<client::ExitStatus> BrokersPayload::wait(int cancelFd) {
    client::CallOptions options;
    options.cancelFd = cancelFd;
    return connection_.wait(sandbox_, options);
}

// By pidfd, which needs nobody.
void forward(Payload& payload, int signal, const Complain& complain) {
    if (::syscall(SYS_pidfd_send_signal, payload.pidfd(), signal, nullptr, 0) == 0 || errno == ESRCH) {
        return;
    }
    if (const auto sent = payload.kill(signal); !sent) {
        complain(sent.error());
    }
}

client::Result<client::ExitStatus> awaitEnd(Payload& payload, Signals& signals, const Complain& complain) {
    for (;;) {
        auto ended = payload.wait(signals.fd());
        if (ended || ended.error().kind != client::ErrorKind::cancelled) {
            return ended;
        }
        if (const int signal = signals.take(); signal != 0) {
            forward(payload, signal, complain);
        }
    }
}

} // namespace sandboxd::watch
