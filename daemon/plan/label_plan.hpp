// Which AppArmor label a payload gets, as a table of pure facts.
#pragma once

#include "base/result.hpp"
#include "policy/label.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sandboxd::plan {

using policy::isConfined;
using policy::Label;
using policy::parseLabel;

inline constexpr std::string_view payloadProfile = "sandboxd-payload";

// nullopt: AppArmor is off, no label. CallerConfined: an unreadable label, or a confined caller without the Right.
Result<std::optional<std::string>> payloadLabel(bool appArmor, std::string_view callerLabel,
                                                bool confinedCallerAllowed);

} // namespace sandboxd::plan
