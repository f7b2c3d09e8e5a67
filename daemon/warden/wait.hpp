// Waiting with a deadline on CLOCK_MONOTONIC, in microseconds. Never polls in intervals.
#pragma once

#include <cstdint>

namespace sandboxd::warden {

inline constexpr std::uint64_t usecPerSecond = 1'000'000;

inline constexpr std::uint64_t noDeadline = UINT64_MAX;

std::uint64_t monotonicUsec() noexcept;
std::uint64_t realtimeUsec() noexcept;

// For poll(2): rounded up, so that a wait never ends before its deadline.
int pollTimeout(std::uint64_t deadline) noexcept;

// True as soon as `fd` is readable or at its end; false at the deadline.
bool waitReadable(int fd, std::uint64_t deadline) noexcept;

} // namespace sandboxd::warden
