// The exit statuses of sandboxctl that are not the payload's. Pure.
#pragma once

#include "sandboxd/result.hpp"

namespace sandboxd::ctl {

inline constexpr int ownFailure = 125;
inline constexpr int notExecutable = 126;
inline constexpr int notFound = 127;

[[nodiscard]] int exitStatusOf(const client::Error& error) noexcept;

} // namespace sandboxd::ctl
