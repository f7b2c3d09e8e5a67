#include "spec/validate.hpp"

#include <gtest/gtest.h>

namespace sandboxd::spec {
namespace {

Spec sample() {
    Spec spec;
    spec.argv = {"true"};
    spec.fdCount = 2;
    return spec;
}

ErrorCode codeOf(const Spec& spec) {
    const Result<void> checked = validate(spec);
    EXPECT_FALSE(checked.ok());
    return checked.error().code;
}

TEST(Validate, TheSmallestSpecIsValid) {
    EXPECT_TRUE(validate(sample()).ok());
}

TEST(Validate, OneDescriptorMayBeGivenTwice) {
    Spec spec = sample();
    spec.fds = {{0, FdIndex{1}}, {252, FdIndex{1}}};
    EXPECT_TRUE(validate(spec).ok());
}

TEST(Validate, APayloadNumberAbove252IsABadDescriptor) {
    Spec spec = sample();
    spec.fds = {{253, FdIndex{0}}};
    EXPECT_EQ(codeOf(spec), ErrorCode::badFileDescriptor);
}

TEST(Validate, AnIndexBeyondTheRequestIsABadDescriptorAndNamesTheKey) {
    Spec spec = sample();
    spec.fds = {{0, FdIndex{2}}};
    EXPECT_EQ(codeOf(spec), ErrorCode::badFileDescriptor);
    EXPECT_EQ(validate(spec).error().message, "fds: index 2 is beyond the 2 descriptors of the request");
}

TEST(Validate, ABindSourceBeyondTheRequestIsABadDescriptorAndNamesTheOperation) {
    Spec spec = sample();
    const AbsolutePath target = AbsolutePath::parse("target", "/x").value();
    spec.mounts = {Tmpfs{target}, Bind{RequestFd{1}, target}, Bind{RequestFd{2}, target}};
    EXPECT_EQ(codeOf(spec), ErrorCode::badFileDescriptor);
    EXPECT_TRUE(validate(spec).error().message.starts_with("mounts: operation 2: source: "));
}

TEST(Validate, AFilterBeyondTheRequestIsABadDescriptor) {
    Spec spec = sample();
    spec.seccompFds = {{0}, {1}};
    EXPECT_TRUE(validate(spec).ok());
    spec.seccompFds.push_back({2});
    EXPECT_EQ(codeOf(spec), ErrorCode::badFileDescriptor);
    EXPECT_TRUE(validate(spec).error().message.starts_with("seccomp-fds: "));
}

TEST(Validate, ALifelineBeyondTheRequestIsABadDescriptor) {
    Spec spec = sample();
    spec.lifeline = FdIndex{2};
    EXPECT_EQ(codeOf(spec), ErrorCode::badFileDescriptor);
}

TEST(Validate, LifetimeFdNeedsALifeline) {
    Spec spec = sample();
    spec.lifetime = Lifetime::fd;
    EXPECT_EQ(codeOf(spec), ErrorCode::conflictingOptions);
    spec.lifeline = FdIndex{0};
    EXPECT_TRUE(validate(spec).ok());
}

TEST(Validate, ALifelineBesideLifetimeCallIsNoConflict) {
    Spec spec = sample();
    spec.lifeline = FdIndex{0};
    EXPECT_TRUE(validate(spec).ok());
}

TEST(Validate, ATerminalBeyondTheRequestIsABadDescriptor) {
    Spec spec = sample();
    spec.terminal = FdIndex{2};
    EXPECT_EQ(codeOf(spec), ErrorCode::badFileDescriptor);
}

TEST(Validate, EachOtherDescriptorBeyondTheRequestIsABadOneAndNamesItsKey) {
    const std::pair<std::optional<FdIndex> Spec::*, const char*> members[] = {{&Spec::fdSocket, "fd-socket"},
                                                                              {&Spec::info, "info-fd"},
                                                                              {&Spec::status, "status-fd"},
                                                                              {&Spec::block, "block-fd"},
                                                                              {&Spec::sync, "sync-fd"}};
    for (const auto& [member, key] : members) {
        Spec spec = sample();
        spec.*member = FdIndex{1};
        EXPECT_TRUE(validate(spec).ok()) << key;
        spec.*member = FdIndex{2};
        EXPECT_EQ(codeOf(spec), ErrorCode::badFileDescriptor) << key;
        EXPECT_TRUE(validate(spec).error().message.starts_with(key)) << key;
    }
}

TEST(Validate, ATerminalNeedsANewSession) {
    Spec spec = sample();
    spec.terminal = FdIndex{0};
    EXPECT_TRUE(validate(spec).ok());
    spec.newSession = false;
    EXPECT_EQ(codeOf(spec), ErrorCode::conflictingOptions);
}

TEST(Validate, AHostnameNeedsItsOwnUtsNamespace) {
    Spec spec = sample();
    spec.hostname = "box-1.example";
    EXPECT_TRUE(validate(spec).ok());
    spec.namespaces.uts = false;
    EXPECT_EQ(codeOf(spec), ErrorCode::conflictingOptions);
}

TEST(Validate, AHostnameIsOneTo64PlainCharacters) {
    for (const auto& name :
         {std::string(), std::string(65, 'a'), std::string("a b"), std::string("a\n"), std::string("ä")}) {
        Spec spec = sample();
        spec.hostname = name;
        EXPECT_EQ(codeOf(spec), ErrorCode::invalidOption) << name;
    }
    Spec spec = sample();
    spec.hostname = std::string(64, 'a');
    EXPECT_TRUE(validate(spec).ok());
}

TEST(Validate, AnIdBesideItsMapMustBeTheMappedOne) {
    Spec spec = sample();
    spec.ids.uidMap = MappedId{0, 1000};
    spec.ids.gid = 7;
    EXPECT_TRUE(validate(spec).ok());
    spec.ids.uid = 1;
    EXPECT_EQ(codeOf(spec), ErrorCode::conflictingOptions);
    EXPECT_EQ(validate(spec).error().message, "uid: 1 is not mapped by \"uid-map\"");
    spec.ids.uid = 0;
    spec.ids.gidMap = MappedId{8, 1000};
    EXPECT_EQ(codeOf(spec), ErrorCode::conflictingOptions);
}

void expectConflict(const Spec& spec, const std::string& message) {
    EXPECT_EQ(codeOf(spec), ErrorCode::conflictingOptions) << message;
    EXPECT_EQ(validate(spec).error().message, message);
}

TEST(Validate, CapabilitiesNeedTheIdentityThatHasAny) {
    Spec spec = sample();
    spec.identity = Identity::namespaceRoot;
    spec.capabilities = allCapabilities;
    EXPECT_TRUE(validate(spec).ok());
    for (const Identity without : {Identity::mapped, Identity::host}) {
        spec.identity = without;
        spec.capabilities = 1;
        expectConflict(spec, "capabilities: need the identity \"namespace-root\"");
        spec.capabilities = 0; // what it has anyway
        EXPECT_TRUE(validate(spec).ok());
    }
}

Spec ofHost() {
    Spec spec = sample();
    spec.identity = Identity::host;
    return spec;
}

TEST(Validate, TheHostIdentityTakesAnyFilterButNone) {
    for (const Seccomp kind : {Seccomp::standard, Seccomp::strict, Seccomp::minimal}) {
        Spec spec = ofHost();
        spec.seccomp = kind;
        EXPECT_TRUE(validate(spec).ok());
    }
}

TEST(Validate, TheHostIdentityContradictsWhatItNeedsOrCannotHave) {
    const std::pair<void (*)(Spec&), const char*> contradictions[] = {
        {[](Spec& spec) { spec.namespaces.pid = false; }, "needs \"pid\" in namespaces"},
        {[](Spec& spec) { spec.ids.uid = 0; }, "has no \"uid\" or \"uid-map\" of its own"},
        {[](Spec& spec) {
             spec.ids.uidMap = MappedId{0, 1000};
         },
         "has no \"uid\" or \"uid-map\" of its own"},
        {[](Spec& spec) { spec.ids.gid = 0; }, "has no \"gid\" or \"gid-map\" of its own"},
        {[](Spec& spec) {
             spec.ids.gidMap = MappedId{0, 1000};
         },
         "has no \"gid\" or \"gid-map\" of its own"},
        {[](Spec& spec) { spec.seccomp = Seccomp::off; }, "needs a filter"},
        {[](Spec& spec) { spec.nestedUserNamespaces = true; }, "excludes \"nested-userns\""},
        {[](Spec& spec) { spec.init = false; }, "needs an init: the payload cannot be process 1"}};
    for (const auto& [contradict, why] : contradictions) {
        Spec spec = ofHost();
        contradict(spec);
        expectConflict(spec, std::string("identity: \"host\" ") + why);
        for (const Identity other : {Identity::mapped, Identity::namespaceRoot}) {
            spec.identity = other;
            EXPECT_TRUE(validate(spec).ok()) << why;
        }
    }
}

TEST(Validate, APayloadIsProcessOneOfItsOwnPidNamespaceOnly) {
    Spec spec = sample();
    spec.init = false;
    EXPECT_TRUE(validate(spec).ok());
    spec.namespaces.pid = false;
    expectConflict(spec, "init: the payload can be process 1 of a new pid namespace only");
}

TEST(Validate, APersonalityIsAnyValueButTheQuestion) {
    Spec spec = sample();
    for (const std::uint32_t personality : {0U, 8U, 0x40000U, UINT32_MAX - 1}) {
        spec.personality = personality;
        EXPECT_TRUE(validate(spec).ok()) << personality;
    }
    spec.personality = UINT32_MAX;
    EXPECT_EQ(codeOf(spec), ErrorCode::invalidOption);
    EXPECT_EQ(validate(spec).error().message, "personality: 4294967295 is none");
}

TEST(Validate, WhatAnInitHoldsNeedsAnInit) {
    Spec sync = sample();
    sync.sync = FdIndex{0};
    EXPECT_TRUE(validate(sync).ok());
    sync.init = false;
    expectConflict(sync, "sync-fd: needs an init that holds it");
    Spec lock = sample();
    const AbsolutePath target = AbsolutePath::parse("target", "/x").value();
    lock.mounts = {Tmpfs{target}, LockFile{target}};
    EXPECT_TRUE(validate(lock).ok());
    lock.init = false;
    expectConflict(lock, "mounts: \"lock-file\" needs an init that holds the lock");
}

TEST(Validate, AStartTimeoutOfZeroIsInvalid) {
    Spec spec = sample();
    spec.startTimeoutUsec = 0;
    EXPECT_EQ(codeOf(spec), ErrorCode::invalidOption);
}

} // namespace
} // namespace sandboxd::spec
