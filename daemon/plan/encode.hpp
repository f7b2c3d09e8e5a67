// A Plan as the bytes of wire_format.hpp. Pure; launch/ puts them into a sealed memfd.
#pragma once

#include "base/result.hpp"
#include "plan/plan.hpp"

#include <cstddef>
#include <vector>

namespace sandboxd::plan {

// LimitsExceeded if the block is larger than wire::maxPlanSize.
Result<std::vector<std::byte>> encode(const Plan& plan);

} // namespace sandboxd::plan
