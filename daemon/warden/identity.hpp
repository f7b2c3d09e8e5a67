// The caller's ids by the numbers that they have where the process is: inside a user namespace of the sandbox, or
// outside any. Never maps anything.
#pragma once

#include "plan/wire_format.hpp"
#include "warden/capabilities.hpp"
#include "warden/failure.hpp"
#include "warden/host.hpp"

#include <cstdint>
#include <sys/types.h>

namespace sandboxd::warden {

struct Ids {
    uid_t uid;
    gid_t gid;
    bool areHeld = false; // by this process: ids that are not mapped can be had, but not be taken
};

// The payload's, and those of an init in the same user namespace; asked for by one of the two where the caller brought
// the ids.
[[nodiscard]] Ids payloadIds(const Host& host, const wire::Header& header) noexcept;

// Those in the user namespace that the sandbox is built in.
[[nodiscard]] Ids builderIds(const Host& host, const wire::Header& header) noexcept;

// This process's own, by their numbers here.
[[nodiscard]] Ids currentIds() noexcept;

// By who builds, with capabilities over its own user namespace.
Failure becomeCallerAndBuild(const Ids& ids) noexcept;

// All capabilities stay: by who still changes its label, which hides some of them from a process that looks.
Failure becomeCallerWithAll(const Ids& ids) noexcept;

// By the payload's process: these capabilities are left and pass its exec(2), no other.
Failure becomeCallerForGood(const Ids& ids, const HeldCapabilities& capabilities) noexcept;

// All ids are these and nothing else.
[[nodiscard]] bool isCaller(const Ids& ids) noexcept;

} // namespace sandboxd::warden
