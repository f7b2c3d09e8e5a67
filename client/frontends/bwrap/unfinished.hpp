// Options that bubblewrap has and sandboxd is going to have.
#pragma once

#include "command.hpp"

namespace sandboxd::bwrap {

// Says which one; none if all of the command line can be done.
[[nodiscard]] std::optional<std::string> findUnfinished(const Command& command);

} // namespace sandboxd::bwrap
