// Capabilities by the names that capabilities(7) gives them.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sandboxd::spec {

// A bit for each, 1 << number.
using CapabilitySet = std::uint64_t;

inline constexpr CapabilitySet allCapabilities = (CapabilitySet{1} << 41U) - 1; // up to CAP_CHECKPOINT_RESTORE, 5.9

// By their numbers, as "CAP_SYS_ADMIN".
[[nodiscard]] std::span<const std::string_view> capabilityNames() noexcept;

// Such names. InvalidOption for another name or one that is given twice.
Result<CapabilitySet> parseCapabilities(const std::vector<std::string>& names);

// "none", "all", or the names in the order of their numbers.
[[nodiscard]] std::string describeCapabilities(CapabilitySet set);

} // namespace sandboxd::spec
