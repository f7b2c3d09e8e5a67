#include "engine/convert.hpp"

#include <gtest/gtest.h>

namespace sandboxd::engine {
namespace {

// The smallest request that a native engine takes.
client::Spec smallest() {
    client::Spec spec({"true"});
    spec.seccomp(client::Seccomp::minimal);
    return spec;
}

spec::Spec converted(const client::Spec& spec) {
    Result<Request> request = convert(spec.fields());
    EXPECT_TRUE(request) << request.error().message;
    return std::move(request).value().spec;
}

Error refused(const client::Spec& spec) {
    const Result<Request> request = convert(spec.fields());
    EXPECT_FALSE(request);
    return request ? Error{} : request.error();
}

TEST(Convert, WhatIsNotSaidHasTheDaemonsStrictDefault) {
    const spec::Spec spec = converted(smallest());
    EXPECT_EQ(spec.argv, std::vector<std::string>{"true"});
    EXPECT_TRUE(spec.environment.empty());
    EXPECT_TRUE(spec.mounts.empty());
    EXPECT_EQ(spec.namespaces, spec::Namespaces{});
    EXPECT_EQ(spec.network, spec::Network::none);
    EXPECT_TRUE(spec.newSession);
    EXPECT_EQ(spec.fdCount, 0U);
}

TEST(Convert, EveryFieldThatIsSaidArrives) {
    client::Spec asked = smallest();
    asked.argv0("name")
        .environment({"A=1"})
        .workingDirectory("/w")
        .namespaces({client::Namespace::mount, client::Namespace::uts, client::Namespace::time})
        .network(client::Network::loopback)
        .uid(0)
        .gid(7)
        .hostname("box")
        .newSession(false)
        .description("d")
        .startTimeout(std::chrono::microseconds(5));
    const spec::Spec spec = converted(asked);
    EXPECT_EQ(spec.argv0, "name");
    EXPECT_EQ(spec.environment, std::vector<std::string>{"A=1"});
    EXPECT_EQ(spec.workingDirectory->text(), "/w");
    EXPECT_EQ(spec.namespaces, (spec::Namespaces{false, false, true, false, true}));
    EXPECT_EQ(spec.network, spec::Network::loopback);
    EXPECT_EQ(spec.ids.uid, 0U);
    EXPECT_EQ(spec.ids.gid, 7U);
    EXPECT_EQ(spec.hostname, "box");
    EXPECT_FALSE(spec.newSession);
    EXPECT_EQ(spec.description, "d");
    EXPECT_EQ(spec.startTimeoutUsec, 5U);
}

TEST(Convert, EachDescriptorHasAnIndex) {
    client::Spec asked = smallest();
    asked.mount(client::BindDescriptor{20, "/b"})
        .mount(client::File{"/f", "", 21})
        .descriptor(1, 30)
        .seccompFilter(40)
        .lifetime(client::Lifetime::descriptor)
        .lifeline(50)
        .terminal(51)
        .infoDescriptor(52)
        .statusDescriptor(53)
        .blockDescriptor(54)
        .syncDescriptor(55);
    const Result<Request> request = convert(asked.fields());
    ASSERT_TRUE(request);
    const spec::Spec& spec = request.value().spec;
    const auto fd = [&](std::uint32_t index) { return request.value().fds.at(index); };
    EXPECT_EQ(spec.fdCount, request.value().fds.size());
    EXPECT_EQ(fd(std::get<spec::RequestFd>(std::get<spec::Bind>(spec.mounts[0]).source).index), 20);
    EXPECT_EQ(fd(std::get<spec::RequestFd>(std::get<spec::File>(spec.mounts[1]).content).index), 21);
    EXPECT_EQ(fd(spec.fds.at(1).value), 30);
    EXPECT_EQ(fd(spec.seccompFds.at(0).value), 40);
    EXPECT_EQ(spec.lifetime, spec::Lifetime::fd);
    EXPECT_EQ(fd(spec.lifeline->value), 50);
    EXPECT_EQ(fd(spec.terminal->value), 51);
    EXPECT_EQ(fd(spec.info->value), 52);
    EXPECT_EQ(fd(spec.status->value), 53);
    EXPECT_EQ(fd(spec.block->value), 54);
    EXPECT_EQ(fd(spec.sync->value), 55);
}

TEST(Convert, EveryMountOperationKeepsItsPlaceAndItsValues) {
    client::Spec asked = smallest();
    asked.mount(client::Bind{"s", "/0", true, true, true, false})
        .mount(client::Tmpfs{"/1", 01777, 4096})
        .mount(client::Proc{"/2"})
        .mount(client::Dev{"/3"})
        .mount(client::Devpts{"/4"})
        .mount(client::Directory{"/5", 0700})
        .mount(client::File{"/6", "text", -1, 0600})
        .mount(client::BindFile{"/7", "text", -1, 0640, true})
        .mount(client::Symlink{"to", "/8"})
        .mount(client::Chmod{"/9", 0500})
        .mount(client::RemountReadOnly{"/10"})
        .mount(client::Mask{"/11"})
        .mount(client::LockFile{"/12"})
        .mount(client::Overlay{{"l"}, "/13", "u", "w", client::OverlayKind::writable})
        .mount(client::Mqueue{"/14"})
        .mount(client::Sysfs{"/15"});
    const spec::Spec spec = converted(asked);
    ASSERT_EQ(spec.mounts.size(), 16U);
    for (std::size_t i = 0; i < spec.mounts.size(); ++i) {
        std::visit([&](const auto& one) { EXPECT_EQ(one.target.text(), "/" + std::to_string(i)); }, spec.mounts[i]);
    }
    const auto& bind = std::get<spec::Bind>(spec.mounts[0]);
    EXPECT_EQ(std::get<spec::CallerPath>(bind.source).text(), "s");
    EXPECT_TRUE(bind.readOnly && bind.devices && bind.optional && !bind.recursive);
    EXPECT_EQ(std::get<spec::Tmpfs>(spec.mounts[1]).mode, 01777U);
    EXPECT_EQ(std::get<spec::Tmpfs>(spec.mounts[1]).size, 4096U);
    EXPECT_EQ(std::get<spec::Directory>(spec.mounts[5]).mode, 0700U);
    EXPECT_EQ(std::get<std::string>(std::get<spec::File>(spec.mounts[6]).content), "text");
    EXPECT_TRUE(std::get<spec::BindFile>(spec.mounts[7]).readOnly);
    EXPECT_EQ(std::get<spec::Symlink>(spec.mounts[8]).text, "to");
    EXPECT_EQ(std::get<spec::Chmod>(spec.mounts[9]).mode, 0500U);
    const auto& overlay = std::get<spec::Overlay>(spec.mounts[13]);
    EXPECT_EQ(overlay.kind, spec::Overlay::Kind::writable);
    EXPECT_EQ(overlay.lower.at(0).text(), "l");
    EXPECT_EQ(overlay.upper->text(), "u");
    EXPECT_EQ(overlay.work->text(), "w");
}

TEST(Convert, CapabilitiesAndProcessOneArrive) {
    client::Spec asked = smallest();
    asked.identity(client::Identity::namespaceRoot).capabilities({"CAP_KILL"}).nestedUserNamespaces(true).init(false);
    const spec::Spec spec = converted(asked);
    EXPECT_EQ(spec.identity, spec::Identity::namespaceRoot);
    EXPECT_EQ(spec.capabilities, 1U << 5U);
    EXPECT_TRUE(spec.nestedUserNamespaces);
    EXPECT_FALSE(spec.init);
    EXPECT_EQ(refused(smallest().capabilities({"CAP_NONE"})).code, ErrorCode::invalidOption);
    EXPECT_EQ(refused(smallest().capabilities({"CAP_KILL"})).code, ErrorCode::conflictingOptions);
}

TEST(Convert, TheDaemonsRulesHoldInItsWords) {
    EXPECT_EQ(refused(smallest().mount(client::Proc{"proc"})).message,
              "mounts: operation 0: target: \"proc\" is not absolute");
    EXPECT_EQ(refused(smallest().mount(client::Tmpfs{"/t", 04755})).message,
              "mounts: operation 0: mode: mode has bits other than 01777");
    EXPECT_EQ(refused(smallest().environment({"A=1", "A=2"})).message, "env: \"A\" is given twice");
    EXPECT_EQ(refused(smallest().hostname("a b")).code, ErrorCode::invalidOption);
    EXPECT_EQ(refused(smallest().newSession(false).terminal(3)).code, ErrorCode::conflictingOptions);
    EXPECT_EQ(refused(client::Spec({})).code, ErrorCode::notSupported); // of its filter, before anything else
    EXPECT_EQ(refused(client::Spec({}).seccomp(client::Seccomp::off)).code, ErrorCode::invalidArgs);
}

TEST(Convert, WhatOnlyTheDaemonCanDoIsRefused) {
    EXPECT_EQ(refused(client::Spec({"true"})).code, ErrorCode::notSupported);
    EXPECT_EQ(refused(smallest().seccomp(client::Seccomp::strict)).code, ErrorCode::notSupported);
    EXPECT_EQ(refused(smallest().profile("p")).code, ErrorCode::notSupported);
    EXPECT_EQ(refused(smallest().require("apparmor")).code, ErrorCode::notSupported);
    EXPECT_EQ(refused(smallest().identity(client::Identity::host)).code, ErrorCode::notSupported);
}

TEST(Convert, MoreDescriptorsThanAPayloadCanHaveAreTooMany) {
    client::Spec asked = smallest();
    for (std::uint32_t number = 0; number < 253; ++number) {
        asked.descriptor(number, 1);
    }
    EXPECT_EQ(converted(asked).fdCount, 253U);
    asked.syncDescriptor(1);
    EXPECT_EQ(refused(asked).code, ErrorCode::limitsExceeded);
}

} // namespace
} // namespace sandboxd::engine
