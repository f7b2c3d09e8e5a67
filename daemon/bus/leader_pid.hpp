// Which process a pidfd names, without a call on a descriptor that somebody else chose.
#pragma once

#include <cstdint>
#include <optional>

namespace sandboxd::bus {

// From our own /proc/self/fdinfo. nullopt: no pidfd, or its process has ended.
[[nodiscard]] std::optional<std::int32_t> pidOf(int pidfd);

} // namespace sandboxd::bus
