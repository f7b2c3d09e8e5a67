// The second user namespace, in which a payload has capabilities: it owns the namespaces that the payload may change,
// and a copy of the mounts whose flags the kernel has locked, since another user namespace made them. Its init waits
// until the builder in the first one has finished, then takes that copy.
#pragma once

#include "base/unique_fd.hpp"
#include "warden/caller_view.hpp"
#include "warden/failure.hpp"
#include "warden/host.hpp"
#include "warden/launch.hpp"

#include <cstdint>

namespace sandboxd::warden {

// What the builder tells the warden first, with inner init's pidfd and socket. A builder that comes no further sends
// its Failure, which is no pid by its size.
struct InnerRecord {
    std::int64_t pid;
};
static_assert(sizeof(InnerRecord) != sizeof(Failure));

// The builder's side.
class InnerInit {
public:
    // Clones inner init, as a child of the warden, and enters what it has of its own, so that mounts show that; pids
    // only for children. Still with the warden's label, since no other may make user namespaces; with the caller's ids,
    // which the kernel demands to be mapped; and before anything of the caller's is looked at.
    Failure start(const Host& host, const CallerView& caller, const Launch& launch, int warden) noexcept;

    // All is built.
    Failure release() noexcept;

private:
    UniqueFd socket_;
};

} // namespace sandboxd::warden
