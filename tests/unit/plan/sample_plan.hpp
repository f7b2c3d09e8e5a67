// Requests that the tests of plan/ share.
#pragma once

#include "plan/build_plan.hpp"

namespace sandboxd::plan {

// Each of another length, from one instruction to seven: the plan only carries them.
[[nodiscard]] const FilterSet& tinyFilters();

[[nodiscard]] spec::AbsolutePath absolute(std::string_view text);
spec::CallerPath callerPath(std::string_view text);
[[nodiscard]] policy::Caller sampleCaller();
[[nodiscard]] Machine sampleMachine();

// Nothing but a command.
[[nodiscard]] spec::Spec smallestSpec();
// Every option and every mount operation that can be asked for.
[[nodiscard]] spec::Spec fullSpec();
// Process 1 with two capabilities over namespaces of its own, and more of them if it likes.
[[nodiscard]] spec::Spec rootSpec();
// The identity `host`.
[[nodiscard]] spec::Spec hostSpec();

// Planned with the Rights that it needs; fails the test if there is no plan.
[[nodiscard]] Plan planOf(const spec::Spec& spec);

} // namespace sandboxd::plan
