// The sandbox's namespaces. The user namespace is owned by a uid that no process ever has: never by the caller, who
// could then enter it, nor by root, whom its use would be charged to. With capabilities inside there is a second one
// (inner_init.hpp), which init is in then.
#pragma once

#include "base/unique_fd.hpp"
#include "plan/wire_reader.hpp"
#include "warden/caller_view.hpp"
#include "warden/failure.hpp"
#include "warden/host.hpp"
#include "warden/launch.hpp"
#include "warden/mount_table.hpp"

#include <cstdint>

namespace sandboxd::warden {

// A process of ours inside: one that builds, or init.
struct InitProcess {
    UniqueFd pidfd;
    UniqueFd socket; // one Failure
    pid_t pid = 0;   // for /proc/PID/uid_map and the reaping of others only, while it is our unreaped child
};

// True if the payload sees the processes of its caller, and none of its own namespace.
[[nodiscard]] bool sharesPids(const wire::Header& header) noexcept;

// True if the payload is in a second user namespace, below the one that the sandbox is built in.
[[nodiscard]] bool hasInnerNamespace(const wire::Header& header) noexcept;

// CLONE_NEW* of what the payload enters, without the cgroup namespace, which init makes itself. Without the user
// namespace where it is no other: natively, unless there is an inner one or init changes to another, and under identity
// `host`.
[[nodiscard]] std::uint64_t enteredTypes(const Host& host, const wire::Header& header) noexcept;

// Of these the ones that the Plan can share.
[[nodiscard]] std::uint64_t unsharedTypes(const wire::Header& header) noexcept;

// Clones init and maps the ids. `builder`: who builds what init is for, where that is another process. On failure they
// may exist: the two say.
Failure createInit(const Host& host, const Reservation& reservation, const CallerView& caller, const Launch& launch,
                   MountTable& table, InitProcess& init, InitProcess& builder) noexcept;

} // namespace sandboxd::warden
