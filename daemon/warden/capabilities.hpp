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

// inheritable := ambient := permitted & mask: what passes an exec(2) of an ordinary program.
bool passOnCapabilities(std::uint64_t mask) noexcept;

// True if each of the five sets is `mask`, as far as the kernel knows its bits.
bool hasExactly(std::uint64_t mask) noexcept;

} // namespace sandboxd::warden
