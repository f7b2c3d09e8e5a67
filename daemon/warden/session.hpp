// The payload's session, controlling terminal and session keyring: never those of a process of ours.
#pragma once

#include "warden/failure.hpp"
#include "warden/launch.hpp"

namespace sandboxd::warden {

// As the caller. Steps confine and terminal; ENOTTY if what shall be the terminal is no pty.
Failure startSession(const Launch& launch) noexcept;

} // namespace sandboxd::warden
