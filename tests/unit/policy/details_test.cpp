#include "policy/details.hpp"

#include <gtest/gtest.h>

#include <set>

namespace sandboxd::policy {
namespace {

spec::AbsolutePath target() {
    return spec::AbsolutePath::parse("target", "/t").value();
}

spec::Spec sample() {
    spec::Spec spec;
    spec.argv = {"sh", "-c", "echo \n"};
    return spec;
}

std::map<std::string, std::string> detailsOf(const spec::Spec& spec, std::uint32_t running = 0) {
    return checkDetails(spec, Caller{}, {Right::spawn}, running);
}

TEST(CheckDetails, EveryCheckHasEveryKey) {
    const std::set<std::string> expected{"profile",  "program",      "program-trusted", "command-line", "namespaces",
                                         "identity", "capabilities", "network",         "devices",      "writable",
                                         "seccomp",  "lifetime",     "limits",          "running",      "caller-label",
                                         "needs",    "api"};
    std::set<std::string> keys;
    for (const auto& [key, value] : detailsOf(sample())) {
        keys.insert(key);
    }
    EXPECT_EQ(keys, expected);
}

TEST(CheckDetails, ValuesOfTheUsualRequest) {
    auto details = detailsOf(sample());
    EXPECT_EQ(details["program"], "sh");
    EXPECT_EQ(details["program-trusted"], "no");
    EXPECT_EQ(details["command-line"], "sh -c echo \\x0a");
    EXPECT_EQ(details["namespaces"], "mount pid ipc uts cgroup");
    EXPECT_EQ(details["identity"], "mapped");
    EXPECT_EQ(details["capabilities"], "none");
    EXPECT_EQ(details["network"], "none");
    EXPECT_EQ(details["seccomp"], "default");
    EXPECT_EQ(details["lifetime"], "call");
    EXPECT_EQ(details["needs"], "org.sandboxd1.spawn");
    EXPECT_EQ(details["api"], "1");
}

TEST(CheckDetails, SharedNamespacesAndNetworkAreSeen) {
    spec::Spec spec = sample();
    spec.namespaces.ipc = false;
    spec.namespaces.cgroup = false;
    spec.network = spec::Network::host;
    auto details = detailsOf(spec);
    EXPECT_EQ(details["namespaces"], "mount pid uts");
    spec.namespaces.pid = false;
    spec.namespaces.time = true;
    EXPECT_EQ(detailsOf(spec)["namespaces"], "mount uts time");
    EXPECT_EQ(details["network"], "host");
}

TEST(CheckDetails, TheFilterIsNamed) {
    spec::Spec spec = sample();
    const std::pair<spec::Seccomp, std::string> names[] = {
        {spec::Seccomp::strict, "strict"}, {spec::Seccomp::minimal, "minimal"}, {spec::Seccomp::off, "off"}};
    for (const auto& [kind, name] : names) {
        spec.seccomp = kind;
        EXPECT_EQ(detailsOf(spec)["seccomp"], name);
    }
}

TEST(CheckDetails, TheIdentityIsNamedWithItsCapabilities) {
    spec::Spec spec = sample();
    spec.identity = spec::Identity::host;
    EXPECT_EQ(detailsOf(spec)["identity"], "host");
    EXPECT_EQ(detailsOf(spec)["capabilities"], "none");
    spec.identity = spec::Identity::namespaceRoot;
    EXPECT_EQ(detailsOf(spec)["identity"], "namespace-root");
    const std::pair<spec::CapabilitySet, std::string> names[] = {
        {0, "none"}, {(1U << 13U) | 1U, "CAP_CHOWN CAP_NET_RAW"}, {spec::allCapabilities, "all"}};
    EXPECT_EQ(detailsOf(spec)["capabilities"], "all");
    for (const auto& [set, name] : names) {
        spec.capabilities = set;
        EXPECT_EQ(detailsOf(spec)["capabilities"], name);
    }
}

TEST(CheckDetails, ManyCapabilitiesStayOneLineOf256Bytes) {
    spec::Spec spec = sample();
    spec.identity = spec::Identity::namespaceRoot;
    spec.capabilities = spec::allCapabilities - 1;
    const std::string value = detailsOf(spec)["capabilities"];
    EXPECT_LE(value.size(), 256U);
    EXPECT_TRUE(value.ends_with("...")) << value;
}

TEST(CheckDetails, AllActionsOfTheRequestAreNamed) {
    auto details = checkDetails(sample(), Caller{}, {Right::spawn, Right::spawnConfinedCaller}, 0);
    EXPECT_EQ(details["needs"], "org.sandboxd1.spawn org.sandboxd1.spawn-confined-caller");
}

TEST(CheckDetails, DevicesThatAreBoundAreSeen) {
    spec::Spec spec = sample();
    EXPECT_EQ(detailsOf(spec)["devices"], "none");
    spec.mounts = {spec::Bind{
        .source = spec::CallerPath::parse("source", "/dev/dri").value(), .target = target(), .devices = true}};
    EXPECT_EQ(detailsOf(spec)["devices"], "bound");
}

TEST(CheckDetails, ALifelineMakesTheLifetimeFd) {
    spec::Spec spec = sample();
    spec.lifeline = spec::FdIndex{0};
    EXPECT_EQ(detailsOf(spec)["lifetime"], "fd");
}

TEST(CheckDetails, RunningIsToldInClasses) {
    const std::vector<std::pair<std::uint32_t, std::string>> classes{{0, "0"},      {1, "1-9"},    {9, "1-9"},
                                                                     {10, "10-99"}, {99, "10-99"}, {100, "100+"}};
    for (const auto& [running, name] : classes) {
        EXPECT_EQ(detailsOf(sample(), running)["running"], name);
    }
}

TEST(CheckDetails, S56_LongHostileTextStaysOneLineOf256Bytes) {
    spec::Spec spec = sample();
    spec.argv = {std::string(200, '\x1b'), std::string(300, 'x')};
    auto details = detailsOf(spec);
    for (const auto* key : {"program", "command-line"}) {
        EXPECT_LE(details[key].size(), 256U) << key;
        EXPECT_TRUE(details[key].ends_with("\\x1b...")) << details[key];
    }
}

TEST(CheckDetails, TheCallersLabelIsToldIfThereIsOne) {
    Caller caller;
    EXPECT_EQ(checkDetails(sample(), caller, {Right::spawn}, 0)["caller-label"], "none");
    caller.appArmor = true;
    caller.label = "browser (enforce)";
    EXPECT_EQ(checkDetails(sample(), caller, {Right::spawn}, 0)["caller-label"], "browser (enforce)");
}

struct Written {
    std::string source;
    std::string breadth;
};

class WritableBind : public testing::TestWithParam<Written> {};

TEST_P(WritableBind, IsJudgedByItsSpelling) {
    spec::Spec spec = sample();
    spec.mounts = {spec::Bind{spec::CallerPath::parse("source", GetParam().source).value(), target()}};
    EXPECT_EQ(detailsOf(spec)["writable"], GetParam().breadth);
}

INSTANTIATE_TEST_SUITE_P(Sources, WritableBind,
                         testing::Values(Written{"/", "host"}, Written{"//.", "host"}, Written{"/etc", "host"},
                                         Written{"/home", "home"}, Written{"/home/u", "home"},
                                         Written{"//home/./u/", "home"}, Written{"/root", "home"},
                                         Written{"/home/u/src", "paths"}, Written{"/srv/data", "paths"},
                                         Written{"/home/u/src/..", "host"}, Written{"src", "host"},
                                         Written{".", "host"}));

TEST(Writable, ADescriptorCouldBeAnything) {
    spec::Spec spec = sample();
    spec.mounts = {spec::Bind{spec::RequestFd{0}, target()}};
    EXPECT_EQ(detailsOf(spec)["writable"], "host");
}

TEST(Writable, TheNewRootIsPrivateUnlessItIsMadeReadOnly) {
    spec::Spec spec = sample();
    EXPECT_EQ(detailsOf(spec)["writable"], "private");
    spec.mounts = {spec::Bind{spec::CallerPath::parse("source", "/").value(), target(), true}, spec::Proc{target()},
                   spec::RemountReadOnly{spec::AbsolutePath::parse("target", "/").value()}};
    EXPECT_EQ(detailsOf(spec)["writable"], "none");
    spec.mounts.emplace_back(spec::Tmpfs{target()});
    EXPECT_EQ(detailsOf(spec)["writable"], "private");
}

TEST(Writable, AnOverlayIsAsWideAsItsUpperDirectory) {
    const auto path = [](std::string_view text) { return spec::CallerPath::parse("path", text).value(); };
    spec::Spec spec = sample();
    spec.mounts = {spec::RemountReadOnly{spec::AbsolutePath::parse("target", "/").value()}};
    spec.mounts.emplace_back(spec::Overlay{.lower = {path("/a"), path("/b")}, .target = target()});
    EXPECT_EQ(detailsOf(spec)["writable"], "none");
    spec.mounts.emplace_back(
        spec::Overlay{.lower = {path("/a")}, .target = target(), .kind = spec::Overlay::Kind::temporary});
    EXPECT_EQ(detailsOf(spec)["writable"], "private");
    spec.mounts.emplace_back(spec::Overlay{.lower = {path("/a")},
                                           .target = target(),
                                           .kind = spec::Overlay::Kind::writable,
                                           .upper = path("/home/u"),
                                           .work = path("/home/w")});
    EXPECT_EQ(detailsOf(spec)["writable"], "home");
}

TEST(Writable, TheWidestOfAllMountsCounts) {
    spec::Spec spec = sample();
    for (const auto* source : {"/srv/data", "/home/u", "/home/u/src"}) {
        spec.mounts.emplace_back(spec::Bind{spec::CallerPath::parse("source", source).value(), target()});
    }
    EXPECT_EQ(detailsOf(spec)["writable"], "home");
}

} // namespace
} // namespace sandboxd::policy
