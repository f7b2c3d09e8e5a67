// The D-Bus name of each error, one table.
#pragma once

#include "base/result.hpp"

#include <string_view>

namespace sandboxd::bus {

[[nodiscard]] std::string_view nameOf(ErrorCode code) noexcept;

} // namespace sandboxd::bus
