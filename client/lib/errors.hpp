// Errors as the API shows them: from a reply of the daemon or the bus, or made here.
#pragma once

#include "sandboxd/result.hpp"

#include <string>
#include <string_view>

namespace sandboxd::client {

[[nodiscard]] ErrorKind kindOf(std::string_view dbusName) noexcept;

// The errno whose text (that of the C locale) stands at the end of `message`, 0 if none does: D-Bus errors carry text
// only.
[[nodiscard]] int errorNumberIn(std::string_view message) noexcept;

[[nodiscard]] Error errorFromReply(std::string name, std::string message);
[[nodiscard]] Error localError(ErrorKind kind, std::string message);
// "message: text of errno"
[[nodiscard]] Error systemError(ErrorKind kind, const std::string& message, int errorNumber);
[[nodiscard]] Error outOfMemory();

} // namespace sandboxd::client
