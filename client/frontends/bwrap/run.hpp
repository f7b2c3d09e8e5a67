// One sandbox for one command line of bubblewrap, from the request to its exit status.
#pragma once

#include "translate.hpp"

namespace sandboxd::bwrap {

inline constexpr int ownFailure = 1;

// Says what is wrong on stderr.
[[nodiscard]] int run(const Command& command, const Surroundings& surroundings);

} // namespace sandboxd::bwrap
