// Looks at the process that we are: what a command line of bubblewrap refers to without naming it.
#pragma once

#include "translate.hpp"

namespace sandboxd::bwrap {

[[nodiscard]] Surroundings lookAround();

} // namespace sandboxd::bwrap
