// The sandbox's namespaces: one clone, owned by a uid that no process ever has. Never owned by the caller, who could
// then enter them, nor by root, whom their use would be charged to.
#pragma once

#include "base/unique_fd.hpp"
#include "plan/wire_reader.hpp"
#include "warden/failure.hpp"
#include "warden/host.hpp"
#include "warden/launch.hpp"
#include "warden/mount_table.hpp"

#include <cstdint>

namespace sandboxd::warden {

struct InitProcess {
    UniqueFd pidfd;
    UniqueFd socket;
    pid_t pid = 0; // for /proc/PID/uid_map only, while it is our unreaped child
};

// True if the payload sees the processes of its caller, and none of its own namespace.
[[nodiscard]] bool sharesPids(const wire::Header& header) noexcept;

// CLONE_NEW* of the Plan, without the cgroup namespace, which init makes itself.
std::uint64_t cloneFlags(const wire::Header& header) noexcept;

// Clones init and maps the ids. On failure init may exist: `init` says.
Failure createInit(const Host& host, const Reservation& reservation, const Launch& launch, MountTable& table,
                   InitProcess& init) noexcept;

} // namespace sandboxd::warden
