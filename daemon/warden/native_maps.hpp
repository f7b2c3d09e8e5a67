// The maps of a native warden's user namespace: one line each that it writes itself, or ranges, which only a process
// outside may write. Never reads a range: it waits until its parent has written what it may.
#pragma once

#include "plan/wire_format.hpp"
#include "warden/failure.hpp"
#include "warden/host.hpp"

namespace sandboxd::warden {

// What the parent does or wants of them. Nothing of it comes from a spawner, or could.
struct ParentsMaps {
    bool users = false;        // it writes uid_map
    bool groups = false;       // it writes gid_map
    bool denySetgroups = true; // in any case without ranges of groups
};

// By who has just made the user namespace. With ranges `control` sends the parent one byte, and gets one when they are
// written; its end-of-file instead gives up.
Failure mapNativeIds(const Host& host, const wire::Header& header, const ParentsMaps& parents, int control) noexcept;

} // namespace sandboxd::warden
