// Arguments of unshare(1) -> a Command. Looks nothing up and does nothing.
#pragma once

#include "command.hpp"

namespace sandboxd::unshare {

// `arguments`: without the program's name.
[[nodiscard]] CommandLine parse(const std::vector<std::string>& arguments);

} // namespace sandboxd::unshare
