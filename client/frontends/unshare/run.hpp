// One sandbox for one command, from the translated request to its exit status.
#pragma once

#include "engine/choice.hpp"
#include "translate.hpp"

#include <vector>

namespace sandboxd::unshare {

// `descriptors` are the program's, by their numbers. The exit status; what went wrong has been said.
int run(Sandbox sandbox, engine::Choice choice, const std::vector<int>& descriptors);

} // namespace sandboxd::unshare
