// The private /dev: harmless device nodes of the caller's /dev by number, terminals and shared memory of its own.
#pragma once

#include "warden/new_root.hpp"

namespace sandboxd::warden {

// Clones the nodes while the caller's /dev can still be named. 0, or an errno; `own` gets each mount's file system.
int fillDev(int dev, NewRoot& own) noexcept;

} // namespace sandboxd::warden
