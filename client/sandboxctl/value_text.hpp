// Values of the daemon as text for people.
#pragma once

#include "sandboxd/sandbox.hpp"

#include <cstdint>
#include <string>

namespace sandboxd::ctl {

[[nodiscard]] std::string valueText(const client::Value& value);

// "2026-01-31 23:59:59" in local time.
[[nodiscard]] std::string timeText(std::uint64_t usecSinceEpoch);

} // namespace sandboxd::ctl
