// Resource limits, nice value, oom score and umask of the caller, for the payload. Only ever lowers what we have.
#pragma once

#include "warden/caller_view.hpp"
#include "warden/failure.hpp"

namespace sandboxd::warden {

// While this is still root's process: /proc/self is the caller's own afterwards.
Failure takePriorities(int proc, const ProbeRecord& caller) noexcept;

// Late: a low limit of the caller could stop the steps before.
Failure takeLimits(const ProbeRecord& caller) noexcept;

} // namespace sandboxd::warden
