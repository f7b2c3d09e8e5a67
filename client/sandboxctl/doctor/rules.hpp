// The rules of the diagnosis: each judges one subject by the facts. Pure.
#pragma once

#include "facts.hpp"
#include "finding.hpp"

namespace sandboxd::ctl::doctor {

// What makes sandboxes impossible, unless one has just been started all the same.
[[nodiscard]] inline State obstacle(const Facts& facts) {
    return facts.sandbox && facts.sandbox->worked ? State::warning : State::broken;
}

// host_rules.cpp
[[nodiscard]] Finding judgeKernel(const Facts& facts);
[[nodiscard]] Finding judgeNamespaceLimit(const Facts& facts);
[[nodiscard]] Finding judgeRestrictions(const Facts& facts);
[[nodiscard]] Finding judgeSeccomp(const Facts& facts);
[[nodiscard]] Finding judgeCgroups(const Facts& facts);
[[nodiscard]] Finding judgePidfds(const Facts& facts);

// place_rules.cpp
[[nodiscard]] Finding judgeContainer(const Facts& facts);
[[nodiscard]] Finding judgeRoot(const Facts& facts);
[[nodiscard]] Finding judgeProc(const Facts& facts);
[[nodiscard]] Finding judgeCaller(const Facts& facts);

// apparmor_rules.cpp
[[nodiscard]] Finding judgeAppArmor(const Facts& facts);
[[nodiscard]] Finding judgeProfiles(const Facts& facts);

// service_rules.cpp
[[nodiscard]] Finding judgeBus(const Facts& facts);
[[nodiscard]] Finding judgeProofs(const Facts& facts);
[[nodiscard]] Finding judgePolkit(const Facts& facts);
[[nodiscard]] Finding judgeActions(const Facts& facts);
[[nodiscard]] Finding judgeDaemon(const Facts& facts);
[[nodiscard]] Finding judgeUnits(const Facts& facts);

// trial_rules.cpp
[[nodiscard]] Finding judgeOtherTools(const Facts& facts);
[[nodiscard]] Finding judgeSandbox(const Facts& facts);

} // namespace sandboxd::ctl::doctor
