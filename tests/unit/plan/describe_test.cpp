#include "plan/describe.hpp"

#include "sample_plan.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace sandboxd::plan {
namespace {

// To accept a change, copy what the failed test prints and say in the commit why the plan changed.
std::string golden(const std::string& name) {
    std::ifstream file(std::string(GOLDEN_DIR) + "/" + name);
    EXPECT_TRUE(file.is_open()) << name;
    return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Describe, TheSmallestPlan) {
    EXPECT_EQ(describe(planOf(smallestSpec())), golden("smallest.txt"));
}

TEST(Describe, APlanWithEveryOptionAndOperation) {
    EXPECT_EQ(describe(planOf(fullSpec())), golden("full.txt"));
}

TEST(Describe, APlanWithCapabilitiesNestingAndNoInit) {
    EXPECT_EQ(describe(planOf(rootSpec())), golden("root.txt"));
}

TEST(Describe, APlanOfTheHostsIdentity) {
    EXPECT_EQ(describe(planOf(hostSpec())), golden("host.txt"));
}

TEST(Describe, TheLabelIsNamedIfThereIsOne) {
    Plan plan = planOf(smallestSpec());
    plan.label = "sandboxd-payload";
    EXPECT_NE(describe(plan).find("\nlabel: \"sandboxd-payload\"\n"), std::string::npos);
}

} // namespace
} // namespace sandboxd::plan
