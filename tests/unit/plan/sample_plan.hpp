// Requests that the tests of plan/ share.
#pragma once

#include "plan/build_plan.hpp"

namespace sandboxd::plan {

// Filters of two, three and one instruction: the plan only carries them.
[[nodiscard]] const FilterSet& tinyFilters();

[[nodiscard]] spec::AbsolutePath absolute(std::string_view text);
spec::CallerPath callerPath(std::string_view text);
[[nodiscard]] policy::Caller sampleCaller();
[[nodiscard]] Machine sampleMachine();

// Nothing but a command.
[[nodiscard]] spec::Spec smallestSpec();
// Every option and every mount operation that can be asked for.
[[nodiscard]] spec::Spec fullSpec();

// Planned with the Right to spawn; fails the test otherwise.
[[nodiscard]] Plan planOf(const spec::Spec& spec);

} // namespace sandboxd::plan
