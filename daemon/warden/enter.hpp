// Enter: a new process joins a finished sandbox, gives everything up and becomes the caller's command.
#pragma once

#include "base/unique_fd.hpp"
#include "warden/caller_view.hpp"
#include "warden/failure.hpp"
#include "warden/host.hpp"
#include "warden/launch.hpp"

namespace sandboxd::warden {

struct PayloadProcess {
    UniqueFd pidfd;
    UniqueFd socket; // one Failure; error 0 followed by end-of-file: executed
    pid_t pid = 0;
};

// `initPidfd`: init of the sandbox, ready.
Failure startPayload(const Host& host, const Reservation& reservation, const Launch& launch, const CallerView& caller,
                     int initPidfd, PayloadProcess& payload) noexcept;

} // namespace sandboxd::warden
