#include "policy/right.hpp"

#include <gtest/gtest.h>

namespace sandboxd::policy {
namespace {

const std::vector<Right> spawnOnly{Right::spawn};
const std::vector<Right> spawnConfined{Right::spawn, Right::spawnConfinedCaller};

TEST(Rights, RowsStandInTheOrderOfTheEnumeration) {
    for (std::size_t position = 0; position < rights.size(); ++position) {
        EXPECT_EQ(static_cast<std::size_t>(rights[position].right), position);
        EXPECT_EQ(actionOf(rights[position].right), rights[position].action);
    }
}

TEST(RequiredRights, TheUsualRequestNeedsSpawnAlone) {
    EXPECT_EQ(requiredRights(spec::Spec{}, Caller{}), spawnOnly);
}

TEST(RequiredRights, AnyFilterIsTheCallersOwnChoice) {
    for (const auto kind :
         {spec::Seccomp::standard, spec::Seccomp::strict, spec::Seccomp::minimal, spec::Seccomp::off}) {
        spec::Spec spec;
        spec.seccomp = kind;
        EXPECT_EQ(requiredRights(spec, Caller{}), spawnOnly);
    }
}

TEST(RequiredRights, CapabilitiesOfItsOwnNamespaceNeedTheirRight) {
    const std::vector<Right> expected{Right::spawn, Right::spawnNamespaceRoot};
    spec::Spec spec;
    spec.identity = spec::Identity::namespaceRoot;
    EXPECT_EQ(requiredRights(spec, Caller{}), expected);
    spec.capabilities = 0; // the second user namespace is made all the same
    EXPECT_EQ(requiredRights(spec, Caller{}), expected);
}

TEST(RequiredRights, NestedUserNamespacesNeedTheirRight) {
    spec::Spec spec;
    spec.nestedUserNamespaces = true;
    EXPECT_EQ(requiredRights(spec, Caller{}), (std::vector<Right>{Right::spawn, Right::spawnNestedUserns}));
}

TEST(RequiredRights, TheHostIdentityNeedsNothingMoreUnlessItsFilterIsLess) {
    spec::Spec spec;
    spec.identity = spec::Identity::host;
    for (const auto kind : {spec::Seccomp::standard, spec::Seccomp::strict}) {
        spec.seccomp = kind;
        EXPECT_EQ(requiredRights(spec, Caller{}), spawnOnly);
    }
    spec.seccomp = spec::Seccomp::minimal;
    EXPECT_EQ(requiredRights(spec, Caller{}), (std::vector<Right>{Right::spawn, Right::spawnUnfiltered}));
    spec.identity = spec::Identity::namespaceRoot;
    EXPECT_EQ(requiredRights(spec, Caller{}), (std::vector<Right>{Right::spawn, Right::spawnNamespaceRoot}));
}

TEST(RequiredRights, EachStandsForItself) {
    spec::Spec spec;
    spec.identity = spec::Identity::namespaceRoot;
    spec.nestedUserNamespaces = true;
    Caller caller;
    caller.confinement = 1;
    EXPECT_EQ(requiredRights(spec, caller), (std::vector<Right>{Right::spawn, Right::spawnNamespaceRoot,
                                                                Right::spawnNestedUserns, Right::spawnConfinedCaller}));
}

TEST(RequiredRights, AnUnconfinedLabelNeedsNothingMore) {
    Caller caller;
    caller.appArmor = true;
    caller.label = "unconfined";
    EXPECT_EQ(requiredRights(spec::Spec{}, caller), spawnOnly);
}

TEST(RequiredRights, AnyDifferenceThatTheProbeFoundCountsAsConfined) {
    for (std::uint32_t bit = 0; bit < 32; ++bit) {
        Caller caller;
        caller.confinement = 1U << bit;
        EXPECT_EQ(requiredRights(spec::Spec{}, caller), spawnConfined) << bit;
    }
}

TEST(RequiredRights, AnEnforcedLabelCountsEvenIfTheProbeSaysNothing) {
    Caller caller;
    caller.appArmor = true;
    caller.label = "browser (enforce)";
    EXPECT_EQ(requiredRights(spec::Spec{}, caller), spawnConfined);
}

TEST(RequiredRights, AnUnreadableLabelCountsAsConfined) {
    Caller caller;
    caller.appArmor = true;
    EXPECT_EQ(requiredRights(spec::Spec{}, caller), spawnConfined);
}

} // namespace
} // namespace sandboxd::policy
