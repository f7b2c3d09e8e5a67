// A payload that runs, whoever started it, and waiting for its end as the process that somebody else waits for in its
// place: signals that come to us are the payload's.
#pragma once

#include "sandboxd/connection.hpp"
#include "signals.hpp"

#include <functional>

namespace sandboxd::watch {

class Payload {
public:
    Payload() = default;
    virtual ~Payload() = default;
    Payload(const Payload&) = delete;
    Payload& operator=(const Payload&) = delete;

    // Readable when it has ended; -1: it had ended already. Borrowed.
    [[nodiscard]] virtual int pidfd() const noexcept = 0;

    // For a signal that the kernel does not let us send by the pidfd.
    virtual client::Result<void> kill(int signal) = 0;

    // Waits for the end; `cancelled` if cancelFd is readable first.
    virtual client::Result<client::ExitStatus> wait(int cancelFd) = 0;
};

// One that the daemon started.
class BrokersPayload : public Payload {
public:
    // The Connection is borrowed.
    BrokersPayload(client::Connection& connection, client::Sandbox sandbox)
        : connection_(connection), sandbox_(std::move(sandbox)) {}

    [[nodiscard]] int pidfd() const noexcept override { return sandbox_.pidfd.get(); }
    client::Result<void> kill(int signal) override;
    client::Result<client::ExitStatus> wait(int cancelFd) override;

private:
    client::Connection& connection_;
    client::Sandbox sandbox_;
};

// `complain` is told when a signal could not be passed on; the waiting goes on.
using Complain = std::function<void(const client::Error& error)>;

// For Connection::spawn: a dialog only if a person is at the standard input; a signal ends the call.
[[nodiscard]] client::CallOptions spawnOptions(const Signals& signals);

// A signal to the payload.
void forward(Payload& payload, int signal, const Complain& complain);

[[nodiscard]] client::Result<client::ExitStatus> awaitEnd(Payload& payload, Signals& signals, const Complain& complain);

} // namespace sandboxd::watch
