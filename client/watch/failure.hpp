// An error of a program's own system calls.
#pragma once

#include "sandboxd/result.hpp"

#include <cstring>
#include <string>

namespace sandboxd::watch {

[[nodiscard]] inline client::Error failure(std::string message, int errorNumber) {
    return {client::ErrorKind::other, "", std::move(message) + ": " + strerrordesc_np(errorNumber), errorNumber};
}

} // namespace sandboxd::watch
