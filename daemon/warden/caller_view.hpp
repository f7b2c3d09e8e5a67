// What the probe hands to its warden: facts and descriptors of the caller, each opened once, with the caller's own ids.
#pragma once

#include "base/unique_fd.hpp"
#include "plan/warden_protocol.hpp"
#include "plan/wire_format.hpp"
#include "warden/caller_context.hpp"

#include <sys/resource.h>

#include <cstdint>
#include <type_traits>

namespace sandboxd::warden {

inline constexpr unsigned limitCount = 16; // RLIM_NLIMITS, the same since Linux 2.6.25

// The fixed record that the probe sends, with the descriptors of CallerFd if `complete`.
struct ProbeRecord {
    std::int32_t error; // errno of the step that failed; nothing else is valid then
    std::uint32_t confinement;
    std::uint32_t complete; // 0: the kernel or a change kept the probe out; no descriptors
    std::uint32_t gid;
    std::uint32_t seccompMode;
    std::uint32_t umask;
    std::int32_t nice;
    std::int32_t oomScoreAdjust;
    std::uint32_t loginUid; // UINT32_MAX: none, or a kernel without audit
    std::uint64_t startTimeTicks;
    std::uint32_t groupCount;
    std::uint32_t groups[wire::maxGroups];
    rlimit limits[limitCount];
    CallerContext context;
    char label[wire::labelCapacity];
};
static_assert(std::is_trivially_copyable_v<ProbeRecord>);

// Order of the descriptors behind the record.
enum CallerFd : unsigned { mountNamespace, netNamespace, ipcNamespace, utsNamespace, cgroupNamespace, root, cwd };
inline constexpr unsigned callerFdCount = 7;

struct CallerView {
    ProbeRecord record{};
    UniqueFd fds[callerFdCount];

    // In a chroot: what it calls "/" is another directory.
    [[nodiscard]] bool hasOwnRoot() const noexcept { return (record.confinement & wire::confinedByRoot) != 0; }
    [[nodiscard]] int fd(CallerFd which) const noexcept { return fds[which].get(); }
};

} // namespace sandboxd::warden
