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

// The builder's first record to the warden, with inner init's pidfd and socket. A builder that comes no further sends
// its Failure alone.
struct InnerRecord {
    Failure failure;
    std::int32_t pid = 0;
};

// The builder's side.
class InnerInit {
public:
    // Clones inner init, as a child of the warden, and tells that. Still with the warden's label, since no other may
    // make user namespaces, and before anything of the caller's is looked at.
    Failure start(const Host& host, const CallerView& caller, const Launch& launch, int warden) noexcept;

    // Enters what inner init has of its own, so that mounts show that; pids only for children.
    Failure join(const wire::Header& header) noexcept;

    // All is built.
    Failure release() noexcept;

private:
    Failure receiveNamespaces() noexcept;

    UniqueFd socket_;
    UniqueFd namespaces_[4];
};

} // namespace sandboxd::warden
