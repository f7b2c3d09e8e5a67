// A Plan as text for people and golden tests: one line a step, caller's bytes quoted.
#pragma once

#include "plan/plan.hpp"

#include <string>

namespace sandboxd::plan {

[[nodiscard]] std::string describe(const Plan& plan);

} // namespace sandboxd::plan
