// The probe: the warden's first child. With the caller's ids and no capability it opens what is the caller's and
// reports facts; that the kernel lets it is the proof that these are the caller's to use. It never acts on any of them.
#pragma once

#include "warden/caller_view.hpp"
#include "warden/host.hpp"

namespace sandboxd::warden {

// Forks the probe; the returned socket gives its ProbeRecord, or end-of-file. Negative with errno.
UniqueFd startProbe(const Host& host, const Reservation& reservation, UniqueFd& pidfd) noexcept;

// Waits for the record until a deadline of 2 s; ends the probe in any case. 0, or an errno.
int finishProbe(UniqueFd socket, UniqueFd pidfd, CallerView& caller) noexcept;

} // namespace sandboxd::warden
