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

} // namespace

std::string_view actionOf(Right right) noexcept {
    return rights[static_cast<std::size_t>(right)].action;
}

std::vector<Right> requiredRights(const spec::Spec& /*spec*/, const Caller& caller) {
    // All that a Spec can say today is within `spawn`; identities, networks and filters that are not come with their
    // case.
    std::vector<Right> needed{Right::spawn};
    if (isConfinedCaller(caller)) {
        needed.push_back(Right::spawnConfinedCaller);
    }
    return needed;
}

} // namespace sandboxd::policy
