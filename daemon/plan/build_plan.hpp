// Spec + Caller + Grant + facts of this machine -> Plan. Pure: no system call, no clock, no log.
#pragma once

#include "base/result.hpp"
#include "plan/filter_set.hpp"
#include "plan/plan.hpp"
#include "policy/caller.hpp"
#include "policy/grant.hpp"
#include "spec/spec.hpp"

namespace sandboxd::plan {

// What the plan depends on besides the request.
struct Machine {
    bool appArmor = false;    // AppArmor is on in this kernel
    const FilterSet& filters; // compiled at start; outlive the Plan
};

// AccessDenied if the Grant does not cover what the Spec needs: a broken invariant made visible.
Result<Plan> buildPlan(const spec::Spec& spec, const policy::Caller& caller, const policy::Grant& grant,
                       const Machine& machine);

} // namespace sandboxd::plan
