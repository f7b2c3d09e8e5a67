// A connection of the broker: one request in, one reply out. What is no request ends the connection and nothing else.
#pragma once

#include "base/unique_fd.hpp"
#include "plan/warden_protocol.hpp"

#include <sys/types.h>

namespace sandboxd::spawner {

// The peer's uid at connect, by the kernel. False: not `served`.
bool isServed(int connection, uid_t served) noexcept;

enum class Incoming { request, nothing, over };

// over: the connection has to be closed.
Incoming receiveRequest(int connection, wire::ReserveRequest& request, UniqueFd& pidfd) noexcept;

// False: the peer does not read; the connection has to be closed.
bool sendReply(int connection, const wire::ReserveRequest& request, int error, int control) noexcept;

} // namespace sandboxd::spawner
