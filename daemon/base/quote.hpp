// Text from callers as one safe, short line: for logs, error messages and polkit details.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sandboxd {

// In double quotes; bytes outside printable ASCII, quote and backslash as \xNN, \" and \\; cut after `limit` source
// bytes with "..." behind the closing quote.
[[nodiscard]] std::string quote(std::string_view text, std::size_t limit = 256);

// The same escapes without the quotes, for values that stand alone in a field.
[[nodiscard]] std::string sanitise(std::string_view text, std::size_t limit = 256);

} // namespace sandboxd
