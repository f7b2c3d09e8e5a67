// The warden's step into the caller's view, by the descriptors that the probe opened. After it no privileged process of
// this sandbox resolves a path.
#pragma once

#include "plan/wire_reader.hpp"
#include "warden/caller_view.hpp"
#include "warden/failure.hpp"

namespace sandboxd::warden {

// Takes the caller's groups, enters those of its namespaces that the Plan does not make new, and its directory.
Failure joinCaller(const CallerView& caller, const wire::PlanReader& plan) noexcept;

} // namespace sandboxd::warden
