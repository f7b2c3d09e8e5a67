// Looks at the process that we are: what a command line of bubblewrap refers to without naming it.
#pragma once

#include "translate.hpp"

namespace sandboxd::bwrap {

[[nodiscard]] Surroundings lookAround();

// The descriptors of this process that survive an exec, but for those of 0, 1 and 2 that are not open. To be called
// before anything is opened.
[[nodiscard]] std::vector<int> inheritedDescriptors();

} // namespace sandboxd::bwrap
