// Rights: each is one thing beyond what a caller could do anyway, and one polkit action.
#pragma once

#include "policy/caller.hpp"
#include "spec/spec.hpp"

#include <array>
#include <string_view>
#include <vector>

namespace sandboxd::policy {

enum class Right {
    spawn,
    spawnNamespaceRoot,
    spawnNestedUserns,
    spawnUidRange,
    spawnNetwork,
    spawnUnfiltered,
    spawnConfinedCaller,
    spawnDetached,
    raiseLimits,
    manageOthers,
    manageDaemon,
};

struct RightRow {
    Right right;
    std::string_view action; // polkit action id
};

// One row for each Right, in the order of the enumeration; compared with the .policy file and the documentation by a
// test.
inline constexpr std::array<RightRow, 11> rights{{
    {Right::spawn, "org.sandboxd1.spawn"},
    {Right::spawnNamespaceRoot, "org.sandboxd1.spawn-namespace-root"},
    {Right::spawnNestedUserns, "org.sandboxd1.spawn-nested-userns"},
    {Right::spawnUidRange, "org.sandboxd1.spawn-uid-range"},
    {Right::spawnNetwork, "org.sandboxd1.spawn-network"},
    {Right::spawnUnfiltered, "org.sandboxd1.spawn-unfiltered"},
    {Right::spawnConfinedCaller, "org.sandboxd1.spawn-confined-caller"},
    {Right::spawnDetached, "org.sandboxd1.spawn-detached"},
    {Right::raiseLimits, "org.sandboxd1.raise-limits"},
    {Right::manageOthers, "org.sandboxd1.manage-others"},
    {Right::manageDaemon, "org.sandboxd1.manage-daemon"},
}};

[[nodiscard]] std::string_view actionOf(Right right) noexcept;

// The Rights that this Spec needs from this caller, in the order of the enumeration; never empty. Pure.
[[nodiscard]] std::vector<Right> requiredRights(const spec::Spec& spec, const Caller& caller);

} // namespace sandboxd::policy
