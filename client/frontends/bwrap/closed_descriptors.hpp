// Descriptors that options name and that nobody has opened, in the words that bubblewrap has when it uses them. Pure.
#pragma once

#include "command.hpp"

namespace sandboxd::bwrap {

// `open`: descriptors that are open.
[[nodiscard]] std::optional<std::string> findClosed(const Command& command, const std::vector<int>& open);

} // namespace sandboxd::bwrap
