// Signals as people write them. Pure.
#pragma once

#include <optional>
#include <string_view>

namespace sandboxd::ctl {

// "TERM", "SIGTERM", "15", in any case; none if there is no such signal.
[[nodiscard]] std::optional<int> parseSignal(std::string_view text);

} // namespace sandboxd::ctl
