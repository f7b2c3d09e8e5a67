// Requests that are wrong in their options or arguments: the documented error, the key in its message, nothing started.
#include "bus_test.hpp"

#include <unistd.h>

namespace sandboxd::bus_tests {
namespace {

struct BadRequest {
    const char* name;
    std::function<void(SpawnRequest&)> spoil;
    std::string error;
    std::string mentions; // in the message
};

void PrintTo(const BadRequest& request, std::ostream* out) {
    *out << request.name;
}

const std::string nul("a\0b", 3);

Operation tmpfsAt(const std::string& target) {
    return {"tmpfs", {{"target", bytes(target)}}};
}

Operation bindWith(const std::string& key, Value value) {
    return {"bind", {{"source", bytes("/usr")}, {"target", bytes("/t")}, {key, std::move(value)}}};
}

Operation overlayWith(const Dictionary& keys) {
    Operation overlay{"overlay", {{"target", bytes("/t")}, {"lower", byteStrings({"/usr"})}}};
    overlay.keys.insert(overlay.keys.end(), keys.begin(), keys.end());
    return overlay;
}

std::function<void(SpawnRequest&)> option(std::string key, Value value) {
    return [key = std::move(key), value = std::move(value)](SpawnRequest& request) { request.with(key, value); };
}

std::function<void(SpawnRequest&)> mount(Operation operation) {
    return [operation = std::move(operation)](SpawnRequest& request) { request.mounting(operation); };
}

std::vector<BadRequest> optionMistakes() {
    return {
        {"UnknownKey", option("no-such-key", text("x")), "UnknownOption", "no-such-key"},
        {"KeyInOtherCase", option("Network", text("none")), "UnknownOption", "Network"},
        {"EmptyKey", option("", text("x")), "UnknownOption", ""},
        {"KeyTwice", [](SpawnRequest& request) { request.with("network", text("none")).with("network", text("host")); },
         "DuplicateOption", "network"},
        {"KeyTwiceWithOneValue", [](SpawnRequest& request) { request.with("cwd", bytes("/")).with("cwd", bytes("/")); },
         "DuplicateOption", "cwd"},
        {"TextForBytes", option("cwd", text("/")), "InvalidOption", "cwd"},
        {"BytesForText", option("network", bytes("none")), "InvalidOption", "network"},
        {"NumberForText", option("identity", number(1)), "InvalidOption", "identity"},
        {"TextForDescriptor", option("lifeline", text("3")), "InvalidOption", "lifeline"},
        {"SmallNumberForBig", option("start-timeout-usec", number(1)), "InvalidOption", "start-timeout-usec"},
        {"UnknownNetwork", option("network", text("wireless")), "InvalidOption", "network"},
        {"UnknownIdentity", option("identity", text("root")), "InvalidOption", "identity"},
        {"UnknownLifetime", option("lifetime", text("long")), "InvalidOption", "lifetime"},
        {"UnknownNamespace", option("namespaces", strings({"mount", "pid", "moon"})), "InvalidOption", "namespaces"},
        {"NamespaceTwice", option("namespaces", strings({"mount", "pid", "pid"})), "InvalidOption", "namespaces"},
        {"IdThatIsNone", option("uid", number(UINT32_MAX)), "InvalidOption", "uid"},
        {"BigIdForSmall", option("gid", bigNumber(0)), "InvalidOption", "gid"},
        {"MapOfOtherShape", option("uid-map", strings({"0 0 1"})), "InvalidOption", "uid-map"},
        {"EmptyMap", option("uid-map", idMap({})), "InvalidOption", "uid-map"},
        {"MapOfNothing", option("gid-map", idMap({{0, 1, 0}})), "InvalidOption", "gid-map"},
        {"S09_MapOfRoot", option("uid-map", idMap({{0, 0, 1}})), "NotSupported", "uid-map"},
        {"S09_MapOfAnotherUser", option("uid-map", idMap({{0, 65534, 1}})), "NotSupported", "uid-map"},
        {"S09_MapOfAnotherGroup", option("gid-map", idMap({{0, 0, 1}})), "NotSupported", "gid-map"},
        {"S09_MapOfARange", option("uid-map", idMap({{0, 100000, 65536}})), "NotSupported", "uid-map"},
        {"S09_MapOfTwoLines", option("gid-map", idMap({{0, 1, 1}, {1, 2, 1}})), "NotSupported", "gid-map"},
        {"UidBesideAnotherMap",
         [](SpawnRequest& request) {
             request.with("uid", number(1)).with("uid-map", idMap({{0, getuid(), 1}}));
         },
         "ConflictingOptions", "uid"},
        {"UnknownSeccomp", option("seccomp", text("none")), "InvalidOption", "seccomp"},
        {"OneFilterForMany", option("seccomp-fds", descriptor(0)), "InvalidOption", "seccomp-fds"},
        {"RelativeCwd", option("cwd", bytes("tmp")), "InvalidOption", "cwd"},
        {"CwdWithDots", option("cwd", bytes("/tmp/..")), "InvalidOption", "cwd"},
        {"EmptyCwd", option("cwd", bytes("")), "InvalidOption", "cwd"},
        {"NulInCwd", option("cwd", bytes(nul)), "InvalidOption", "cwd"},
        {"EmptyHostname", option("hostname", text("")), "InvalidOption", "hostname"},
        {"NoTime", option("start-timeout-usec", bigNumber(0)), "InvalidOption", "start-timeout-usec"},
        {"SharedMounts", option("namespaces", strings({"pid"})), "InvalidOption", "namespaces"},
        {"HostnameWithSlash", option("hostname", text("a/b")), "InvalidOption", "hostname"},
        {"LongHostname", option("hostname", text(std::string(65, 'h'))), "InvalidOption", "hostname"},
        {"LongDescription", option("description", text(std::string(129, 'd'))), "LimitsExceeded", "description"},
        {"NulInArgvZero", option("argv0", bytes(nul)), "InvalidOption", "argv0"},
        {"FeatureThatNobodyHas", option("require", strings({"option:teleport"})), "FeatureMissing", "option:teleport"},
        {"HostnameWithoutUts",
         [](SpawnRequest& request) {
             request.with("hostname", text("x")).with("namespaces", strings({"mount", "pid", "ipc"}));
         },
         "ConflictingOptions", "hostname"},
        {"LifetimeFdWithoutLifeline", option("lifetime", text("fd")), "ConflictingOptions", "lifeline"},
        {"TerminalWithoutSession",
         [](SpawnRequest& request) {
             request.with("terminal", descriptor(STDIN_FILENO)).with("new-session", boolean(false));
         },
         "ConflictingOptions", "terminal"},
        {"TerminalThatIsNone", option("terminal", descriptor(STDIN_FILENO)), "BadFileDescriptor", "terminal"},
        {"TextForTruth", option("new-session", text("no")), "InvalidOption", "new-session"},
        {"UnknownProfile", [](SpawnRequest& request) { request.profile = "browser"; }, "NoSuchProfile", "browser"},
        {"NoSuchCapability", option("capabilities", strings({"net_admin"})), "InvalidOption", "\"net_admin\""},
        {"CapabilityTwice", option("capabilities", strings({"CAP_KILL", "CAP_CHOWN", "CAP_KILL"})), "InvalidOption",
         "capabilities: \"CAP_KILL\""},
        {"CapabilitiesAsText", option("capabilities", text("CAP_KILL")), "InvalidOption", "capabilities"},
        {"CapabilitiesAsBytes", option("capabilities", byteStrings({"CAP_KILL"})), "InvalidOption", "capabilities"},
        {"NumberForNesting", option("nested-userns", number(1)), "InvalidOption", "nested-userns"},
        {"TextForInit", option("init", text("false")), "InvalidOption", "init"},
        {"KnownButNotBuilt", option("cgroup", text("shared")), "NotSupported", "cgroup"},
        {"Detached", option("lifetime", text("detached")), "NotSupported", "lifetime"},
    };
}

std::vector<BadRequest> argumentMistakes() {
    return {
        {"S77_EmptyArgv", [](SpawnRequest& request) { request.argv.clear(); }, "InvalidArgs", "argv"},
        {"S77_EmptyCommand", [](SpawnRequest& request) { request.argv = {""}; }, "InvalidArgs", "argv"},
        {"S77_NulInArgument", [](SpawnRequest& request) { request.argv.push_back(nul); }, "InvalidArgs", "argv"},
        {"Arguments16385", [](SpawnRequest& request) { request.argv.resize(16385, "x"); }, "LimitsExceeded", "argv"},
        {"S77_EnvironmentWithoutEqualsSign",
         [](SpawnRequest& request) {
             request.options.clear();
             request.with("env", byteStrings({"PATH"}));
         },
         "InvalidOption", "env"},
        {"S77_EnvironmentWithoutName",
         [](SpawnRequest& request) {
             request.options.clear();
             request.with("env", byteStrings({"=x"}));
         },
         "InvalidOption", "env"},
        {"S77_EnvironmentNameTwice",
         [](SpawnRequest& request) {
             request.options.clear();
             request.with("env", byteStrings({"A=1", "B=2", "A=3"}));
         },
         "InvalidOption", "env"},
        {"S77_NulInEnvironment",
         [](SpawnRequest& request) {
             request.options.clear();
             request.with("env", byteStrings({"A=" + nul}));
         },
         "InvalidOption", "env"},
        {"Environment4097",
         [](SpawnRequest& request) {
             std::vector<std::string> entries;
             for (int index = 0; index < 4097; ++index) {
                 entries.push_back("N" + std::to_string(index) + "=");
             }
             request.options.clear();
             request.with("env", byteStrings(entries));
         },
         "LimitsExceeded", "env"},
        {"MessageOver256KiB", [](SpawnRequest& request) { request.argv.push_back(std::string(300U * 1024U, 'x')); },
         "LimitsExceeded", ""},
    };
}

std::vector<BadRequest> mountMistakes() {
    return {
        {"Mounts1025",
         [](SpawnRequest& request) {
             while (request.mounts.size() < 1025) {
                 request.mounting(tmpfsAt("/t"));
             }
         },
         "LimitsExceeded", "mounts"},
        {"UnknownOperation", mount({"teleport", {{"target", bytes("/t")}}}), "UnknownOption", "teleport"},
        {"OverlayWithoutLower", mount({"overlay", {{"target", bytes("/t")}, {"tmp", boolean(true)}}}), "InvalidOption",
         ": lower"},
        {"OverlayOfNoKind", mount(overlayWith({})), "ConflictingOptions", "mounts: operation "},
        {"OverlayOfTwoKinds", mount(overlayWith({{"tmp", boolean(true)}, {"read-only", boolean(true)}})),
         "ConflictingOptions", "mounts: operation "},
        {"OverlayWithoutWork", mount(overlayWith({{"upper", bytes("/u")}})), "InvalidOption", ": work"},
        {"OverlayWithoutUpper", mount(overlayWith({{"work", bytes("/w")}})), "InvalidOption", ": upper"},
        {"ReadOnlyOverlayOfOneLayer", mount(overlayWith({{"read-only", boolean(true)}})), "InvalidOption", ": lower"},
        {"LowerMistyped", mount({"overlay", {{"target", bytes("/t")}, {"lower", bytes("/l")}, {"tmp", boolean(true)}}}),
         "InvalidOption", ": lower"},
        {"NulInLower",
         mount({"overlay", {{"target", bytes("/t")}, {"lower", byteStrings({"/" + nul})}, {"tmp", boolean(true)}}}),
         "InvalidOption", ": lower"},
        {"UpperMistyped", mount(overlayWith({{"upper", text("/u")}, {"work", bytes("/w")}})), "InvalidOption",
         ": upper"},
        {"WorkMistyped", mount(overlayWith({{"upper", bytes("/u")}, {"work", text("/w")}})), "InvalidOption", ": work"},
        {"TmpMistyped", mount(overlayWith({{"tmp", number(1)}})), "InvalidOption", ": tmp"},
        {"ContentMistyped", mount({"bind-file", {{"target", bytes("/t")}, {"content", text("x")}}}), "InvalidOption",
         ": content"},
        {"ChmodWithoutMode", mount({"chmod", {{"target", bytes("/t")}}}), "InvalidOption", ": mode"},
        {"ChmodWithOtherBits", mount({"chmod", {{"target", bytes("/t")}, {"mode", number(04755)}}}), "InvalidOption",
         ": mode"},
        {"MaskWithAMode", mount({"mask", {{"target", bytes("/t")}, {"mode", number(0)}}}), "UnknownOption",
         "mounts: operation "},
        {"LockWithoutTarget", mount({"lock-file", {}}), "InvalidOption", ": target"},
        {"MessageQueuesOfTheCaller",
         [](SpawnRequest& request) {
             request.mounting({"mqueue", {{"target", bytes("/q")}}});
             request.with("namespaces", strings({"mount", "pid"}));
         },
         "ConflictingOptions", "mounts: operation "},
        {"SysfsOfTheCallersNetwork",
         [](SpawnRequest& request) {
             request.mounting({"sysfs", {{"target", bytes("/s")}}}).with("network", text("host"));
         },
         "ConflictingOptions", "mounts: operation "},
        {"UnknownMountKey", mount({"tmpfs", {{"target", bytes("/t")}, {"colour", text("red")}}}), "UnknownOption",
         "colour"},
        {"MountKeyTwice", mount({"tmpfs", {{"target", bytes("/t")}, {"target", bytes("/u")}}}), "DuplicateOption",
         "target"},
        {"MountKeyMistyped", mount({"tmpfs", {{"target", text("/t")}}}), "InvalidOption", "target"},
        {"MountWithoutTarget", mount({"tmpfs", {}}), "InvalidOption", ": target"},
        {"BindWithoutSource", mount({"bind", {{"target", bytes("/t")}}}), "InvalidOption", "source"},
        {"RelativeTarget", mount(tmpfsAt("tmp/x")), "InvalidOption", "target"},
        {"TargetWithDots", mount(tmpfsAt("/tmp/../etc")), "InvalidOption", "target"},
        {"EmptyTarget", mount(tmpfsAt("")), "InvalidOption", "target"},
        {"NulInTarget", mount(tmpfsAt("/" + nul)), "InvalidOption", "target"},
        {"LongTarget", mount(tmpfsAt("/" + std::string(4096, 't'))), "InvalidOption", "target"},
        {"NulInSource", mount(bindReadOnly("/" + nul, "/t")), "InvalidOption", "source"},
        {"MountKeyOfAnotherOperation", mount({"tmpfs", {{"target", bytes("/t")}, {"optional", boolean(true)}}}),
         "UnknownOption", "mounts: operation "},
        {"DevicesMistyped", mount(bindWith("devices", number(1))), "InvalidOption", ": devices"},
        {"OptionalMistyped", mount(bindWith("optional", text("yes"))), "InvalidOption", ": optional"},
        {"RecursiveMistyped", mount(bindWith("recursive", number(0))), "InvalidOption", ": recursive"},
        {"DescriptorWithoutSubmounts",
         [](SpawnRequest& request) {
             request.mounting(
                 {"bind", {{"source", descriptor(0)}, {"target", bytes("/t")}, {"recursive", boolean(false)}}});
         },
         "ConflictingOptions", ": recursive"},
        {"ModeWithOtherBits", mount({"tmpfs", {{"target", bytes("/t")}, {"mode", number(0200000)}}}), "InvalidOption",
         "mode"},
    };
}

class BadRequestTest : public RefusalTest, public testing::WithParamInterface<BadRequest> {};

TEST_P(BadRequestTest, IsRefusedByNameAndLeavesNothing) {
    asUser(user_, [] {
        SpawnRequest request = program({"/bin/true"});
        GetParam().spoil(request);
        Connection connection;
        const Spawned spawned = connection.spawn(request);
        EXPECT_EQ(spawned.error, GetParam().error) << spawned.errorMessage;
        EXPECT_NE(spawned.errorMessage.find(GetParam().mentions), std::string::npos) << spawned.errorMessage;
        EXPECT_EQ(connection.signalsSoFar(), std::vector<std::string>{});
    });
}

std::string nameOf(const testing::TestParamInfo<BadRequest>& info) {
    return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Options, BadRequestTest, testing::ValuesIn(optionMistakes()), nameOf);
INSTANTIATE_TEST_SUITE_P(Arguments, BadRequestTest, testing::ValuesIn(argumentMistakes()), nameOf);
INSTANTIATE_TEST_SUITE_P(Mounts, BadRequestTest, testing::ValuesIn(mountMistakes()), nameOf);

} // namespace
} // namespace sandboxd::bus_tests
