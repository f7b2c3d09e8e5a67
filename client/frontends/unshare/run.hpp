// One sandbox for one command, from the translated request to its exit status.
#pragma once

#include "sandboxd/spec.hpp"

#include <vector>

namespace sandboxd::unshare {

// `descriptors` are the program's, by their numbers. The exit status; what went wrong has been said.
int run(client::Spec spec, const std::vector<int>& descriptors);

} // namespace sandboxd::unshare
