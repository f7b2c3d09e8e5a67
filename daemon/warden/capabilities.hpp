// Capability sets of this thread. Only ever shrinks them, apart from the effective one, up to the permitted.
#pragma once

#include <cstdint>

namespace sandboxd::warden {

constexpr std::uint64_t capabilityBit(int capability) noexcept {
    return std::uint64_t{1} << unsigned(capability);
}

// effective := permitted. A change of the effective uid clears the effective set, the permitted one stays.
bool raiseEffective() noexcept;

// effective := permitted & mask.
bool useCapabilities(std::uint64_t mask) noexcept;

// permitted := effective := permitted & mask, inheritable and ambient empty.
bool keepCapabilities(std::uint64_t mask) noexcept;

// Drops from the bounding set what is not in `mask`; needs CAP_SETPCAP.
bool keepBounding(std::uint64_t mask) noexcept;

[[nodiscard]] bool hasEffective(int capability) noexcept;

// All sets but the bounding one := mask, which must be within the permitted and the bounding set: they pass an exec(2).
// Never looks at what is there: AppArmor hides from a process what its present profile does not allow.
bool takeExactly(std::uint64_t mask) noexcept;

// True if each of the five sets is `mask`, as far as the kernel knows its bits.
bool hasExactly(std::uint64_t mask) noexcept;

} // namespace sandboxd::warden
