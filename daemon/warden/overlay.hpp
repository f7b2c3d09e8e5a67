// Overlays: layers opened while the caller's view can be named, mounted by init as the caller, inside the sandbox's
// user namespace. Never resolves a caller's path twice, and never leaves a writable one that the kernel made read-only.
#pragma once

#include "warden/failure.hpp"
#include "warden/operation.hpp"

namespace sandboxd::warden {

// By init, as the caller in a copy of the caller's view. EACCES for an upper or work directory that the caller may not
// write. Step source.
Failure openLayers(const wire::PlanReader& plan, MountTable& table) noexcept;

// A detached tree. 0, or an errno; EROFS if the kernel fell back to read-only.
int makeOverlay(const Operation& operation, UniqueFd& tree) noexcept;

} // namespace sandboxd::warden
