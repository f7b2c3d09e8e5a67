// The Plan of one Launch: a sealed memfd mapped read-only and checked once. Never maps what its sender can still
// change.
#pragma once

#include "base/unique_fd.hpp"
#include "plan/wire_reader.hpp"
#include "warden/failure.hpp"

namespace sandboxd::warden {

// Maps `memfd` for the rest of the process's life and opens `plan` on it. Step plan: EPERM without all four seals,
// EBADMSG if malformed or not for others to send.
Failure openPlan(int memfd, wire::PlanReader& plan) noexcept;

} // namespace sandboxd::warden
