#include "plan/build_plan.hpp"

#include "grant_for_tests.hpp"
#include "sample_plan.hpp"

#include <gtest/gtest.h>

namespace sandboxd::plan {
namespace {

using policy::GrantForTests;
using policy::Right;

Result<Plan> build(const policy::Caller& caller, std::vector<Right> granted, const Machine& machine = sampleMachine()) {
    return buildPlan(smallestSpec(), caller, GrantForTests::of(std::move(granted)), machine);
}

TEST(BuildPlan, EveryMountOperationBecomesOneStepInItsPlace) {
    using wire::MountKind;
    std::vector<MountKind> kinds;
    for (const MountStep& step : planOf(fullSpec()).mounts) {
        kinds.push_back(step.kind);
    }
    EXPECT_EQ(kinds, (std::vector<MountKind>{
                         MountKind::bind,  MountKind::bind,    MountKind::bind,     MountKind::tmpfs,
                         MountKind::proc,  MountKind::dev,     MountKind::devpts,   MountKind::directory,
                         MountKind::file,  MountKind::file,    MountKind::symlink,  MountKind::mqueue,
                         MountKind::sysfs, MountKind::overlay, MountKind::overlay,  MountKind::bindFile,
                         MountKind::chmod, MountKind::mask,    MountKind::lockFile, MountKind::remountReadOnly}));
}

TEST(BuildPlan, ABindByDescriptorHasNoPath) {
    const MountStep step = planOf(fullSpec()).mounts[1];
    EXPECT_EQ(step.flags, wire::mountRecursive | wire::mountSourceIsFd);
    EXPECT_EQ(step.fd, 0);
    EXPECT_EQ(step.source, "");
}

TEST(BuildPlan, TheIdsAreTheCallers) {
    const Plan plan = planOf(smallestSpec());
    EXPECT_EQ(plan.uid, 1000U);
    EXPECT_EQ(plan.gid, 1001U);
    EXPECT_EQ(plan.groups, (std::vector<std::uint32_t>{27, 1001}));
}

TEST(BuildPlan, InsideTheIdsAreTheCallersUnlessOthersAreAskedFor) {
    spec::Spec spec = smallestSpec();
    EXPECT_EQ(planOf(spec).insideUid, 1000U);
    EXPECT_EQ(planOf(spec).insideGid, 1001U);
    spec.ids.uid = 0;
    spec.ids.gidMap = spec::MappedId{5, 1001};
    const Plan plan = planOf(spec);
    EXPECT_EQ(plan.insideUid, 0U);
    EXPECT_EQ(plan.insideGid, 5U);
    EXPECT_EQ(plan.uid, 1000U);
    EXPECT_EQ(plan.gid, 1001U);
}

TEST(BuildPlan, TheSmallestSpecUnsharesAllButTimeAndGetsTheDefaultTimeout) {
    const Plan plan = planOf(smallestSpec());
    EXPECT_EQ(plan.namespaces, wire::knownNamespaceFlags & ~unsigned{wire::unshareTime});
    EXPECT_EQ(plan.network, wire::Network::none);
    EXPECT_EQ(plan.lifeline, -1);
    EXPECT_EQ(plan.setupTimeoutUsec, 10'000'000U);
    EXPECT_EQ(plan.arguments, std::vector<std::string>{"true"});
}

TEST(BuildPlan, AnArgv0ReplacesOnlyWhatThePayloadSees) {
    const Plan plan = planOf(fullSpec());
    EXPECT_EQ(plan.program, "/bin/sh");
    EXPECT_EQ(plan.arguments.front(), "-sh");
    EXPECT_EQ(plan.arguments.size(), 3U);
}

TEST(BuildPlan, ALongStartTimeoutDoesNotLengthenTheSetup) {
    spec::Spec spec = smallestSpec();
    spec.startTimeoutUsec = 3'600'000'000;
    EXPECT_EQ(planOf(spec).setupTimeoutUsec, 10'000'000U);
}

TEST(BuildPlan, AGrantWithoutTheNeededRightIsRefused) {
    const auto plan = build(sampleCaller(), {Right::manageOthers});
    ASSERT_FALSE(plan.ok());
    EXPECT_EQ(plan.error().code, ErrorCode::accessDenied);
}

TEST(BuildPlan, AConfinedCallerNeedsItsOwnRight) {
    policy::Caller caller = sampleCaller();
    caller.confinement = 1;
    EXPECT_EQ(build(caller, {Right::spawn}).error().code, ErrorCode::accessDenied);
    EXPECT_TRUE(build(caller, {Right::spawn, Right::spawnConfinedCaller}).ok());
}

TEST(BuildPlan, WithAppArmorThePayloadGetsItsProfile) {
    policy::Caller caller = sampleCaller();
    caller.appArmor = true;
    caller.label = "unconfined";
    EXPECT_EQ(build(caller, {Right::spawn}, {true, tinyFilters()}).value().label, "sandboxd-payload");
    EXPECT_EQ(build(sampleCaller(), {Right::spawn}).value().label, std::nullopt);
}

TEST(BuildPlan, WithAppArmorACallerWithoutReadableLabelIsRefused) {
    const auto plan = build(sampleCaller(), {Right::spawn}, {true, tinyFilters()});
    ASSERT_FALSE(plan.ok());
    EXPECT_EQ(plan.error().code, ErrorCode::callerConfined);
}

TEST(BuildPlan, WithoutAFilterThereIsNoPlan) {
    for (auto missing : {&FilterSet::standard, &FilterSet::strict, &FilterSet::minimal, &FilterSet::capable,
                         &FilterSet::nesting, &FilterSet::host, &FilterSet::hostFloor, &FilterSet::idle}) {
        FilterSet filters = tinyFilters();
        (filters.*missing).clear();
        const auto plan = build(sampleCaller(), {Right::spawn}, {false, filters});
        ASSERT_FALSE(plan.ok());
        EXPECT_EQ(plan.error().code, ErrorCode::setupFailed);
    }
}

TEST(BuildPlan, ThePayloadsFilterIsTheOneAskedForAndInitsItsOwn) {
    const std::pair<spec::Seccomp, std::size_t> lengths[] = {
        {spec::Seccomp::standard, 2}, {spec::Seccomp::strict, 3}, {spec::Seccomp::minimal, 1}, {spec::Seccomp::off, 0}};
    for (const auto& [kind, length] : lengths) {
        spec::Spec spec = smallestSpec();
        spec.seccomp = kind;
        const Plan plan = planOf(spec);
        EXPECT_EQ(plan.filter.size(), length);
        EXPECT_EQ(plan.idleFilter.size(), 8U);
        EXPECT_TRUE(plan.callerFilters.empty());
    }
}

// By the length of the filter.
const FilterSet& filters = tinyFilters();
std::size_t filterLength(spec::Identity identity, spec::Seccomp seccomp, bool nesting) {
    spec::Spec spec = smallestSpec();
    spec.identity = identity;
    spec.seccomp = seccomp;
    spec.nestedUserNamespaces = nesting;
    return planOf(spec).filter.size();
}

TEST(BuildPlan, TheDefaultFilterIsThatOfTheIdentity) {
    using enum spec::Seccomp;
    EXPECT_EQ(filterLength(spec::Identity::namespaceRoot, standard, false), filters.capable.size());
    EXPECT_EQ(filterLength(spec::Identity::host, standard, false), filters.host.size());
    for (const auto identity : {spec::Identity::mapped, spec::Identity::namespaceRoot}) {
        EXPECT_EQ(filterLength(identity, standard, true), filters.nesting.size());
    }
}

TEST(BuildPlan, OtherFiltersAreTheSameForAllIdentitiesButTheLeastOfHost) {
    using enum spec::Seccomp;
    for (const bool nesting : {false, true}) {
        for (const auto identity : {spec::Identity::mapped, spec::Identity::namespaceRoot}) {
            EXPECT_EQ(filterLength(identity, strict, nesting), filters.strict.size());
            EXPECT_EQ(filterLength(identity, minimal, nesting), filters.minimal.size());
            EXPECT_EQ(filterLength(identity, off, nesting), 0U);
        }
    }
    EXPECT_EQ(filterLength(spec::Identity::host, strict, false), filters.strict.size());
    EXPECT_EQ(filterLength(spec::Identity::host, minimal, false), filters.hostFloor.size());
}

TEST(BuildPlan, InitsFilterIsTheSameWhateverTheIdentity) {
    for (const spec::Spec& spec : {rootSpec(), hostSpec()}) {
        EXPECT_EQ(planOf(spec).idleFilter.size(), filters.idle.size());
    }
}

TEST(BuildPlan, EachIdentityHasItsKind) {
    EXPECT_EQ(planOf(smallestSpec()).identity, wire::IdentityKind::mapped);
    EXPECT_EQ(planOf(hostSpec()).identity, wire::IdentityKind::host);
    EXPECT_EQ(planOf(rootSpec()).identity, wire::IdentityKind::namespaceRoot);
}

TEST(BuildPlan, OnlyNamespaceRootHasCapabilitiesAllUnlessSomeAreNamed) {
    EXPECT_EQ(planOf(smallestSpec()).capabilities, 0U);
    EXPECT_EQ(planOf(hostSpec()).capabilities, 0U);
    spec::Spec spec = rootSpec();
    EXPECT_EQ(planOf(spec).capabilities, 0x2001U);
    spec.capabilities = 0;
    EXPECT_EQ(planOf(spec).capabilities, 0U);
    spec.capabilities.reset();
    EXPECT_EQ(planOf(spec).capabilities, spec::allCapabilities);
}

TEST(BuildPlan, HowThePayloadsProcessStartsIsAFlagEach) {
    spec::Spec spec = smallestSpec();
    EXPECT_EQ(planOf(spec).process, wire::processNewSession);
    spec.newSession = false;
    EXPECT_EQ(planOf(spec).process, 0U);
    spec.init = false;
    EXPECT_EQ(planOf(spec).process, wire::processIsFirst);
    spec.init = true;
    spec.nestedUserNamespaces = true;
    EXPECT_EQ(planOf(spec).process, wire::processNesting);
}

TEST(BuildPlan, EachIdentityThatTakesMoreNeedsItsRight) {
    const auto built = [](const spec::Spec& spec, std::vector<Right> granted) {
        return buildPlan(spec, sampleCaller(), GrantForTests::of(std::move(granted)), sampleMachine());
    };
    spec::Spec unfiltered = hostSpec();
    unfiltered.seccomp = spec::Seccomp::minimal;
    EXPECT_TRUE(built(hostSpec(), {Right::spawn}).ok());
    EXPECT_EQ(built(unfiltered, {Right::spawn}).error().code, ErrorCode::accessDenied);
    EXPECT_TRUE(built(unfiltered, {Right::spawn, Right::spawnUnfiltered}).ok());
    EXPECT_EQ(built(rootSpec(), {Right::spawn, Right::spawnNamespaceRoot}).error().code, ErrorCode::accessDenied);
    EXPECT_EQ(built(rootSpec(), {Right::spawn, Right::spawnNestedUserns}).error().code, ErrorCode::accessDenied);
    EXPECT_TRUE(built(rootSpec(), {Right::spawn, Right::spawnNamespaceRoot, Right::spawnNestedUserns}).ok());
}

TEST(BuildPlan, ACallerWithALabelBindsInPlaceOnly) {
    spec::Spec spec = smallestSpec();
    const auto path = spec::AbsolutePath::parse("target", "/srv").value();
    spec.mounts = {spec::Bind{spec::CallerPath::parse("source", "/srv").value(), path}};
    policy::Caller caller = sampleCaller();
    caller.appArmor = true;
    caller.label = "a (enforce)";
    const policy::Grant grant = GrantForTests::of({Right::spawn, Right::spawnConfinedCaller});
    EXPECT_TRUE(buildPlan(spec, caller, grant, sampleMachine()));
    spec.mounts = {spec::Bind{spec::CallerPath::parse("source", "/secret").value(), path}};
    const auto refused = buildPlan(spec, caller, grant, sampleMachine());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::callerConfined);
    caller.label = "unconfined";
    EXPECT_TRUE(buildPlan(spec, caller, grant, sampleMachine()));
}

} // namespace
} // namespace sandboxd::plan
