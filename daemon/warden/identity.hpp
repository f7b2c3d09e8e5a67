// The caller's ids inside the sandbox's user namespace, by the numbers that they have there. Never maps anything.
#pragma once

#include "warden/failure.hpp"

#include <sys/types.h>

namespace sandboxd::warden {

// By init, which keeps its capabilities over its own user namespace to build with.
Failure becomeCallerAndBuild(uid_t uid, gid_t gid) noexcept;

// By the payload's process: no capability is left.
Failure becomeCallerForGood(uid_t uid, gid_t gid) noexcept;

// All ids are these and nothing else.
bool isCaller(uid_t uid, gid_t gid) noexcept;

} // namespace sandboxd::warden
