// The private /dev: harmless device nodes of the caller's /dev by number, terminals and shared memory of its own.
#pragma once

namespace sandboxd::warden {

// Clones the nodes while the caller's /dev can still be named. 0, or an errno.
int fillDev(int dev) noexcept;

} // namespace sandboxd::warden
