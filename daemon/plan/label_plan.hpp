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
inline constexpr std::string_view rootProfile = "sandboxd-payload-root"; // with capabilities or user namespaces inside

// The warden gives the label by one change_profile(2) to exactly this text, and reads back the same components in
// enforce mode. That does not depend on whether the spawner itself is confined: it is in no payload's label.
//
// nullopt: AppArmor is off, no label (who must have one says `require: apparmor`). CallerConfined: a label that cannot
// be read, a confined caller without the Right, or one whose label cannot be read back as enforced when stacked.
Result<std::optional<std::string>> payloadLabel(bool appArmor, std::string_view callerLabel, bool confinedCallerAllowed,
                                                std::string_view profile);

} // namespace sandboxd::plan
