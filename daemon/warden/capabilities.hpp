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

// What a process holds, and what of that passes the exec(2) of an ordinary program by the inheritable and the ambient
// set. Uid 0 needs none of the latter: it gets the bounding set by its exec.
struct HeldCapabilities {
    std::uint64_t held = 0;
    std::uint64_t passed = 0;
};

// All sets but the bounding one; `held` must be within that and the permitted one. Never looks at what is there:
// AppArmor hides from a process what its present profile does not allow.
bool takeExactly(const HeldCapabilities& wanted) noexcept;

// True if the sets are exactly these and the bounding one what is held, as far as the kernel knows their bits.
bool hasExactly(const HeldCapabilities& wanted) noexcept;

} // namespace sandboxd::warden
