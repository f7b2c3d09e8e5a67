#include "plan/label_plan.hpp"

#include "base/quote.hpp"

namespace sandboxd::plan {
namespace {

// The caller's label stays on: what bound the caller binds the payload too. The kernel orders components itself.
std::string stack(const Label& callerLabel, std::string_view profile) {
    std::set<std::string> components = callerLabel.components;
    components.erase("unconfined");
    components.emplace(profile);
    std::string stacked;
    for (const std::string& component : components) {
        stacked += stacked.empty() ? "" : "//&";
        stacked += component;
    }
    return stacked;
}

} // namespace

Result<std::optional<std::string>> payloadLabel(bool appArmor, std::string_view callerLabel, bool confinedCallerAllowed,
                                                std::string_view profile) {
    if (!appArmor) {
        return std::optional<std::string>();
    }
    const std::optional<Label> label = parseLabel(callerLabel);
    if (!label) {
        return Error{ErrorCode::callerConfined, "label: cannot read the caller's " + quote(callerLabel)};
    }
    if (!isConfined(*label)) {
        return std::optional<std::string>(std::string(profile));
    }
    if (!confinedCallerAllowed) {
        return Error{ErrorCode::callerConfined, "label: the caller is confined by AppArmor: " + quote(callerLabel)};
    }
    // With a component in another mode the kernel prints "mixed", for any stack: nobody could see what is enforced.
    if (label->mode != "enforce") {
        return Error{ErrorCode::callerConfined,
                     "label: the caller's " + quote(callerLabel) + " is not in enforce mode: it cannot be stacked"};
    }
    return std::optional<std::string>(stack(*label, profile));
}

} // namespace sandboxd::plan
