// The life of one sandbox, from its Launch to the record of how it ended: start, report, watch, end.
#pragma once

#include "base/unique_fd.hpp"
#include "warden/caller_view.hpp"
#include "warden/failure.hpp"
#include "warden/host.hpp"
#include "warden/launch.hpp"

namespace sandboxd::warden {

struct Warden {
    const Host& host;
    const Reservation& reservation;
    UniqueFd control{};
    CallerView caller{};
    Launch launch{};
};

// That there will be no sandbox.
bool reportFailure(const Warden& warden, const Failure& failure) noexcept;

// Returns when the sandbox has ended, or was never there; `failure`: of what came before.
void runSandbox(Warden& warden, Failure failure) noexcept;

} // namespace sandboxd::warden
