#include "policy/right.hpp"

#include "policy/label.hpp"

#include <optional>

namespace sandboxd::policy {
namespace {

// The probe's word and the label's are both asked: either alone is enough to refuse.
bool isConfinedCaller(const Caller& caller) {
    if (caller.confinement != 0) {
        return true;
    }
    if (!caller.appArmor) {
        return false;
    }
    const std::optional<Label> label = parseLabel(caller.label);
    return !label || isConfined(*label);
}

// In a user namespace of its own a payload reaches nothing that a filter would have to keep from it.
bool isUnfiltered(const spec::Spec& spec) {
    return spec.seccomp == spec::Seccomp::minimal && spec.identity == spec::Identity::host;
}

} // namespace

std::string_view actionOf(Right right) noexcept {
    return rights[static_cast<std::size_t>(right)].action;
}

std::vector<Right> requiredRights(const spec::Spec& spec, const Caller& caller) {
    std::vector<Right> needed{Right::spawn};
    if (spec.identity == spec::Identity::namespaceRoot) {
        needed.push_back(Right::spawnNamespaceRoot);
    }
    if (spec.nestedUserNamespaces) {
        needed.push_back(Right::spawnNestedUserns);
    }
    if (isUnfiltered(spec)) {
        needed.push_back(Right::spawnUnfiltered);
    }
    if (isConfinedCaller(caller)) {
        needed.push_back(Right::spawnConfinedCaller);
    }
    return needed;
}

} // namespace sandboxd::policy
