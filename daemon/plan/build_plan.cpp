#include "plan/build_plan.hpp"

#include "plan/confined_binds.hpp"
#include "plan/draft_plan.hpp"
#include "plan/label_plan.hpp"
#include "policy/right.hpp"
#include "spec/names.hpp"

namespace sandboxd::plan {
namespace {

// What a payload may do by its identity, the default filter lets it do.
std::span<const sock_filter> chooseDefault(const spec::Spec& spec, const FilterSet& filters) {
    if (spec.nestedUserNamespaces) {
        return filters.nesting;
    }
    switch (spec.identity) {
    case spec::Identity::mapped:
        return filters.standard;
    case spec::Identity::host:
        return filters.host;
    case spec::Identity::namespaceRoot:
        return filters.capable;
    }
    return filters.strict;
}

std::span<const sock_filter> chooseFilter(const spec::Spec& spec, const FilterSet& filters) {
    switch (spec.seccomp) {
    case spec::Seccomp::standard:
        return chooseDefault(spec, filters);
    case spec::Seccomp::strict:
        return filters.strict;
    case spec::Seccomp::minimal:
        return spec.identity == spec::Identity::host ? filters.hostFloor : filters.minimal;
    case spec::Seccomp::off:
        return {};
    }
    return filters.strict;
}

void planFilters(Plan& plan, const spec::Spec& spec, const FilterSet& filters) {
    plan.filterName = spec::nameOf(spec.seccomp);
    plan.filter = chooseFilter(spec, filters);
    plan.idleFilter = filters.idle;
}

std::string_view payloadProfileOf(const spec::Spec& spec) {
    const bool isCapable = spec.identity == spec::Identity::namespaceRoot || spec.nestedUserNamespaces;
    return isCapable ? rootProfile : payloadProfile;
}

// Nothing below may be reached with these: each is a broken invariant of the request's steps before.
Result<void> checkInputs(const spec::Spec& spec, const policy::Caller& caller, const policy::Grant& grant,
                         const Machine& machine) {
    if (!grant.covers(policy::requiredRights(spec, caller))) {
        return Error{ErrorCode::accessDenied, "plan: the grant does not cover what the request needs"};
    }
    if (spec.argv.empty()) {
        return Error{ErrorCode::invalidArgs, "argv: no command"};
    }
    if (!machine.filters.isComplete()) {
        return Error{ErrorCode::setupFailed, "plan: no seccomp filter"};
    }
    return {};
}

} // namespace

Result<Plan> buildPlan(const spec::Spec& spec, const policy::Caller& caller, const policy::Grant& grant,
                       const Machine& machine) {
    if (Result<void> inputs = checkInputs(spec, caller, grant, machine); !inputs) {
        return std::move(inputs).error();
    }
    // AppArmor counts as on if either says so; a label that the probe could not read is "" and is refused.
    const std::string_view profile = payloadProfileOf(spec);
    Result<std::optional<std::string>> label =
        payloadLabel(machine.appArmor || caller.appArmor, caller.appArmor ? caller.label : "",
                     grant.covers({policy::Right::spawnConfinedCaller}), profile);
    if (!label) {
        return std::move(label).error();
    }
    Plan plan = draftPlan(spec, {caller.uid, caller.gid});
    plan.groups = caller.groups;
    planFilters(plan, spec, machine.filters);
    plan.label = std::move(label).value();
    if (plan.label && *plan.label != profile) {
        if (Result<void> binds = bindInPlaceOnly(plan); !binds) {
            return std::move(binds).error();
        }
    }
    return plan;
}

} // namespace sandboxd::plan
