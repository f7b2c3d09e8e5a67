// The broker's ceilings against those that the warden holds by itself: what the one lets through, the other must take.
#include "plan/seccomp_filter.hpp"
#include "plan/wire_format.hpp"
#include "policy/limits.hpp"

#include <gtest/gtest.h>

namespace sandboxd::plan {
namespace {

constexpr policy::Limits limits = policy::defaultLimits;

static_assert(limits.arguments <= wire::maxArguments);
static_assert(limits.environment <= wire::maxEnvironment);
static_assert(limits.mounts <= wire::maxMounts);
static_assert(limits.groups <= wire::maxGroups);
static_assert(limits.filters <= wire::maxCallerFilters);
static_assert(limits.planBytes <= wire::maxPlanSize);
static_assert(limits.fdsPerMessage <= wire::maxPayloadFds);
static_assert(limits.fdsBySocket == wire::maxPayloadFds);
static_assert(limits.messageBytes <= limits.planBytes);

TEST(LimitsFit, EachFilterIsShorterThanTheWardenAllows) {
    const FilterSet filters = compileFilters().value();
    for (const auto& filter : {filters.standard, filters.strict, filters.minimal}) {
        EXPECT_FALSE(filter.empty());
        EXPECT_LE(filter.size(), wire::maxFilterLength);
    }
}

} // namespace
} // namespace sandboxd::plan
