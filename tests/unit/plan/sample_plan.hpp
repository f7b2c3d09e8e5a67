// Requests that the tests of plan/ share.
#pragma once

#include "plan/build_plan.hpp"

#include <linux/filter.h>

#include <array>

namespace sandboxd::plan {

// A filter of two instructions: the plan only carries it.
inline constexpr std::array<sock_filter, 2> tinyFilter{{{0x20, 0, 0, 4}, {0x06, 0, 0, 0x7fff0000}}};

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
