// What a payload leaves behind where no pid namespace of its own ends with it: orphans come to the warden, so that it
// knows when all have ended. Where no cgroup ends them it does that itself, one after the other: a payload that forks
// faster than that is held by nothing here.
#pragma once

#include "base/unique_fd.hpp"

#include <sys/types.h>

namespace sandboxd::warden {

// From now on orphans below this process become its children.
bool adoptDescendants() noexcept;

// Readable when a child has ended; blocks SIGCHLD.
UniqueFd watchDescendants() noexcept;

// Children whose ends others wait for; 0 = none.
struct KnownChildren {
    pid_t payload;
    pid_t init;
    pid_t builder;
};

// Reaps the other children that have ended. `events` is watchDescendants()'s.
void reapDescendants(int events, const KnownChildren& known) noexcept;

// Reaps until there is no child left: something else ends them.
void awaitDescendants() noexcept;

// Kills and reaps until there is no child left, or none can be listed.
void endDescendants(int proc) noexcept;

} // namespace sandboxd::warden
