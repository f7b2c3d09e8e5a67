// Sources of bind mounts, cloned as detached trees; a descriptor is judged first by the type of what it is. Opened with
// O_PATH only: nothing of the caller's is ever really opened, by any process of ours.
#pragma once

#include "warden/failure.hpp"
#include "warden/host.hpp"
#include "warden/launch.hpp"
#include "warden/mount_table.hpp"

namespace sandboxd::warden {

// Before the clone, by the warden in the caller's mount namespace: init could not clone a tree of another one. Natively
// by init, to which the descriptors are of another one: it opens what they have open anew.
Failure openFdSources(const Host& host, const Launch& launch, MountTable& table) noexcept;

// By init, as the caller in a copy of the caller's view: a source that the caller cannot reach is refused by the
// kernel.
Failure openPathSources(const wire::PlanReader& plan, MountTable& table) noexcept;

// nosuid and, as asked for, nodev and read-only on the whole tree of every source.
Failure restrictSources(const wire::PlanReader& plan, MountTable& table) noexcept;

} // namespace sandboxd::warden
