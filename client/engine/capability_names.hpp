// The names of capabilities(7), which are the daemon's table.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace sandboxd::engine {

// All, in the order of their numbers.
std::span<const std::string_view> capabilityNames();

// The name in its one spelling for any mix of cases; "" if there is none like this.
[[nodiscard]] std::string_view capabilityName(const std::string& text);

} // namespace sandboxd::engine
