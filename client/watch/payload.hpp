// Starts a payload and waits for its end, as the process that somebody else waits for in its place: signals that come
// to us are the payload's.
#pragma once

#include "sandboxd/connection.hpp"
#include "signals.hpp"

#include <functional>

namespace sandboxd::watch {

// `complain` is told when a signal could not be passed on; the waiting goes on.
using Complain = std::function<void(const client::Error& error)>;

// For Connection::spawn: a dialog only if a person is at the standard input; a signal ends the call.
[[nodiscard]] client::CallOptions spawnOptions(const Signals& signals);

// A signal to the payload.
void forward(client::Connection& connection, const client::Sandbox& sandbox, int signal, const Complain& complain);

[[nodiscard]] client::Result<client::ExitStatus>
awaitEnd(client::Connection& connection, const client::Sandbox& sandbox, Signals& signals, const Complain& complain);

} // namespace sandboxd::watch
