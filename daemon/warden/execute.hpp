// The last step: argument and environment vectors from the Plan and execve(2), with the payload's own PATH.
#pragma once

#include "plan/wire_reader.hpp"
#include "warden/failure.hpp"

namespace sandboxd::warden {

// Returns only on failure. Step exec: ENOENT if not found, EACCES if something was found that cannot be executed.
Failure execute(const wire::PlanReader& plan) noexcept;

} // namespace sandboxd::warden
