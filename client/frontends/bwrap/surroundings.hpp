// Looks at the process that we are: what a command line of bubblewrap refers to without naming it.
#pragma once

#include "translate.hpp"

namespace sandboxd::bwrap {

// What root's command keeps unless options say otherwise: what root has. Nothing of anybody else.
[[nodiscard]] std::set<std::string> rootsCapabilities();

[[nodiscard]] Surroundings lookAround();

} // namespace sandboxd::bwrap
