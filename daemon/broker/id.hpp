// Names of sandboxes: 26 characters of base32 from 128 random bits, so that nobody can guess another user's.
#pragma once

#include <optional>
#include <string>

namespace sandboxd::broker {

// nullopt if the kernel gives no random bytes (getrandom(2)).
[[nodiscard]] std::optional<std::string> makeId();

} // namespace sandboxd::broker
