// A new pid namespace below the one that the caller brought. The kernel makes them below the maker's own only, and this
// process stays where it is.
#pragma once

#include "warden/host.hpp"

#include <linux/sched.h>

#include <sys/types.h>

namespace sandboxd::warden {

// Clones by a child that is in the brought namespace, for this process, whose child the new one is. `pidfd`: its, as
// from CLONE_PIDFD. Returns as clone3(2) does, with the number that the process has here.
pid_t cloneBelowBrought(const Host& host, clone_args arguments, int& pidfd) noexcept;

} // namespace sandboxd::warden
