// Paths that are empty, in the words that bubblewrap has when it finds nothing there; a request cannot hold them. Pure.
#pragma once

#include "command.hpp"

namespace sandboxd::bwrap {

[[nodiscard]] std::optional<std::string> findEmptyPath(const Command& command);

} // namespace sandboxd::bwrap
