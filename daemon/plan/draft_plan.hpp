// What a Spec says, as the steps that it takes: a Plan without what others decide, which are groups, filters and label.
// Pure. Nothing that a broker would start: that is buildPlan()'s, which wants a Grant.
#pragma once

#include "plan/plan.hpp"
#include "spec/spec.hpp"

#include <cstdint>

namespace sandboxd::plan {

struct OwnIds {
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
};

// `spec` has passed spec::validate; it has a command.
[[nodiscard]] Plan draftPlan(const spec::Spec& spec, const OwnIds& ids);

} // namespace sandboxd::plan
