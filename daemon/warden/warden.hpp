// The warden: one process for each sandbox, from the reservation to the end. It outlives broker and spawner; it alone
// ends its sandbox.
#pragma once

#include "warden/host.hpp"

namespace sandboxd::warden {

// Runs in the spawner's fork, with the spawner's capabilities and label.
[[noreturn]] void runWarden(const Host& host, const Reservation& reservation) noexcept;

} // namespace sandboxd::warden
