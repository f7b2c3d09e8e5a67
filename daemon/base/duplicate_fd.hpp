// A second owner for the file behind a descriptor.
#pragma once

#include "base/unique_fd.hpp"

#include <fcntl.h>

namespace sandboxd {

// Owns nothing if there is none to copy or no room for it.
[[nodiscard]] inline UniqueFd duplicate(const UniqueFd& fd) noexcept {
    return UniqueFd(fd ? ::fcntl(fd.get(), F_DUPFD_CLOEXEC, 3) : -1);
}

} // namespace sandboxd
