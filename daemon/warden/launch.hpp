// What one Launch brought: the checked Plan and its descriptors. Owns them until the payload has its own.
#pragma once

#include "base/unique_fd.hpp"
#include "plan/wire_reader.hpp"
#include "warden/record_socket.hpp"

#include <cstdint>

namespace sandboxd::warden {

struct Launch {
    wire::PlanReader plan;
    UniqueFd fds[maxRecordFds]; // the caller's, in the order of the Plan's indexes
    std::uint32_t fdCount = 0;
    wire::FdAssignment assigned[wire::maxPayloadFds]; // the Plan's and those that came by fd-socket, in no order
    std::uint32_t assignedCount = 0;
    std::uint64_t deadline = 0; // CLOCK_MONOTONIC, of the whole setup

    // Of a checked index, -1 for none.
    [[nodiscard]] int fd(std::int32_t index) const noexcept { return index < 0 ? -1 : fds[index].get(); }
    [[nodiscard]] int lifeline() const noexcept { return fd(plan.header().lifeline); }
};

} // namespace sandboxd::warden
