// From a process of ours to the caller's command: everything is given up, in the one order that is possible, and what
// was given up is read back before the exec.
#pragma once

#include "warden/caller_view.hpp"
#include "warden/failure.hpp"
#include "warden/host.hpp"
#include "warden/launch.hpp"

namespace sandboxd::warden {

struct PayloadStart {
    const Host& host;
    const Launch& launch;
    const CallerView& caller;
    int init;   // pidfd of whose namespaces are entered; -1: this process has them
    int report; // to the warden: one Failure, error 0 followed by end-of-file: executed
};

// Scheduling, nice and oom_score_adj of the caller; wants root's files in /proc.
Failure takeCallersPriorities(const Host& host, const CallerView& caller) noexcept;

[[noreturn]] void runPayload(const PayloadStart& start) noexcept;

} // namespace sandboxd::warden
