// Numbers as bubblewrap reads them: with strtol(3), so blanks before a number and a plus sign are allowed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace sandboxd::bwrap {

// Descriptors, uids, gids: decimal, 0 to INT_MAX.
[[nodiscard]] std::optional<int> readNumber(const std::string& text);

// Octal, up to 07777.
[[nodiscard]] std::optional<std::uint32_t> readMode(const std::string& text);

// The most that --size takes: half of the address space.
inline constexpr std::uint64_t largestSize = SIZE_MAX >> 1U;

// Begins with a digit; decimal, 0x or 0. None for 0 as well. May be beyond largestSize.
[[nodiscard]] std::optional<std::uint64_t> readSize(const std::string& text);

} // namespace sandboxd::bwrap
