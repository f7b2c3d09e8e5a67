// Arguments -> what they ask for. The only unit that knows the option parser; it looks nothing up and does nothing.
#pragma once

#include "request.hpp"

#include <string>
#include <vector>

namespace sandboxd::ctl {

// `arguments`: without the program's name.
[[nodiscard]] CommandLine parseCommandLine(const std::vector<std::string>& arguments);

} // namespace sandboxd::ctl
