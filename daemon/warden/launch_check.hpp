// What the warden demands of a Plan by itself, whoever sent it: it is for the caller that was probed, and for nobody
// else. Never corrects a Plan.
#pragma once

#include "plan/wire_reader.hpp"
#include "warden/caller_view.hpp"
#include "warden/failure.hpp"
#include "warden/host.hpp"

namespace sandboxd::warden {

Failure checkCaller(const CallerView& caller) noexcept;
Failure checkPlan(const wire::PlanReader& plan, const Reservation& reservation, const Host& host,
                  const CallerView& caller) noexcept;

// A pipe or a socket: poll(2) on anything else may ask a driver or file server of the caller.
Failure checkLifeline(int fd) noexcept;

} // namespace sandboxd::warden
