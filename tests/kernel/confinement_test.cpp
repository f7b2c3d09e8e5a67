// What a payload holds and can do, seen from inside. The plans' filter allows every call: what stops these attempts is
// the kernel, not the filter.
#include "kernel_test.hpp"

#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>

namespace sandboxd::kernel_test {

namespace {

using ConfinementTest = KernelTest;
using wire::IdentityKind;

// What holds whatever the identity; namespace-root without any of its capabilities.
class EveryIdentity : public KernelTest, public testing::WithParamInterface<IdentityKind> {
protected:
    static PlanBlock ordinaryPlan() { return kernel_test::ordinaryPlan().as(GetParam()); }
    static PlanBlock payloadPlan(std::vector<std::string> command) {
        return KernelTest::payloadPlan(std::move(command)).as(GetParam());
    }
};

std::string nameOf(const testing::TestParamInfo<IdentityKind>& info) {
    constexpr const char* names[] = {"Mapped", "Host", "NamespaceRoot"};
    return names[static_cast<std::size_t>(info.param)];
}

INSTANTIATE_TEST_SUITE_P(Identities, EveryIdentity,
                         testing::Values(IdentityKind::mapped, IdentityKind::host, IdentityKind::namespaceRoot),
                         nameOf);

constexpr const char* nothing = "0000000000000000";

// A copy of the payload program with another owner and mode, in the caller's directory.
std::string copyPayload(const std::string& directory, uid_t uid, gid_t gid, mode_t mode) {
    const std::string path = directory + "/program";
    std::filesystem::remove(path);
    std::filesystem::copy_file(PAYLOAD_PATH, path);
    EXPECT_EQ(::chown(path.c_str(), uid, gid), 0);
    EXPECT_EQ(::chmod(path.c_str(), mode), 0);
    return path;
}

std::string idsOfCaller() {
    const std::string uid = std::to_string(callerUid);
    const std::string gid = std::to_string(callerGid);
    return uid + " " + uid + " " + uid + " " + gid + " " + gid + " " + gid + "\n";
}

// Each byte changed, so that who looks for the text does not find what he looks for in his own arguments.
std::string masked(std::string text) {
    for (char& byte : text) {
        byte = static_cast<char>(byte ^ 1);
    }
    return text;
}

void expectAllRefused(const std::string& output, std::size_t attempts) {
    const auto results = parseResults(output);
    EXPECT_EQ(results.size(), attempts) << output;
    for (const auto& [name, error] : results) {
        EXPECT_NE(error, 0) << name;
    }
}

} // namespace

TEST_F(ConfinementTest, S05_NestedNamespacesAreRefusedWithoutAnyFilter) {
    const Outcome result = run(spawner(), payloadPlan({"nested"}));
    ASSERT_EQ(result.report.error, 0);
    expectAllRefused(result.output, 7);
}

TEST_P(EveryIdentity, S06_FileCapabilitiesGiveNothing) {
    const std::string directory = callerDirectory("s06");
    const std::string path = copyPayload(directory, 0, 0, 0755);
    vfs_cap_data capabilities{};
    capabilities.magic_etc = VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE;
    capabilities.data[0].permitted = 1U << CAP_NET_ADMIN;
    ASSERT_EQ(::setxattr(path.c_str(), "security.capability", &capabilities, XATTR_CAPS_SZ_2, 0), 0);
    PlanBlock plan = ordinaryPlan();
    plan.add({wire::MountKind::bind, "/caps", directory, wire::mountRecursive});
    const Outcome result = run(spawner(), plan.run({"/caps/program", "mounts"}));
    if (result.report.error != 0) {
        EXPECT_EQ(result.report.error, EPERM);
        return;
    }
    expectAllRefused(result.output, 10);
}

TEST_P(EveryIdentity, S07_SetuidAndSetgidProgramsKeepTheIds) {
    const std::string directory = callerDirectory("s07");
    const struct {
        uid_t uid;
        gid_t gid;
        mode_t mode;
    } files[] = {{0, 0, 04755}, {0, 42, 02755}, {strangerUid, 0, 06755}};
    for (const auto& file : files) {
        copyPayload(directory, file.uid, file.gid, file.mode);
        PlanBlock plan = ordinaryPlan();
        plan.add({wire::MountKind::bind, "/ids", directory, wire::mountRecursive});
        const Outcome result = run(spawner(), plan.run({"/ids/program", "ids"}));
        ASSERT_EQ(result.report.error, 0);
        EXPECT_EQ(result.output, idsOfCaller());
    }
}

TEST_P(EveryIdentity, S08_PayloadAndInitHoldNoCapabilityAndHaveTheFilter) {
    PlanBlock plan = ordinaryPlan();
    plan.run({"sh", "-c", "grep -hE '^(Cap|NoNewPrivs|Seccomp:)' /proc/self/status /proc/1/status"});
    const Outcome result = run(spawner(), plan);
    ASSERT_EQ(result.report.error, 0);
    std::string expected;
    for (int i = 0; i < 2; ++i) {
        for (const char* name : {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"}) {
            expected += std::string(name) + ":\t" + nothing + "\n";
        }
        expected += "NoNewPrivs:\t1\nSeccomp:\t2\n";
    }
    EXPECT_EQ(result.output, expected);
}

TEST_P(EveryIdentity, S37_InitCannotBeReadTracedOrKilled) {
    const Outcome result = run(spawner(), payloadPlan({"attack-init"}));
    ASSERT_EQ(result.report.error, 0);
    auto results = parseResults(result.output);
    EXPECT_EQ(results.at("alive"), 0) << "init was killed or stopped";
    results.erase("alive");
    EXPECT_EQ(results.size(), 11U);
    for (const auto& [name, error] : results) {
        EXPECT_NE(error, 0) << name;
    }
}

TEST_P(EveryIdentity, S38_ThePayloadHasItsDescriptorsAndNoOther) {
    const Outcome result = run(spawner(), payloadPlan({"fds"}));
    ASSERT_EQ(result.report.error, 0);
    EXPECT_EQ(result.output, "0\n1\n2\n");
}

TEST_P(EveryIdentity, S38_NoWayUpLeadsOutOfTheRoot) {
    PlanBlock plan = ordinaryPlan();
    plan.workingDirectory = "/tmp";
    plan.run({"sh", "-c", "cd ../../../../.. && pwd && ls; readlink /proc/self/root /proc/self/cwd"});
    const Outcome result = run(spawner(), plan);
    ASSERT_EQ(result.report.error, 0);
    EXPECT_EQ(result.output, "/\nbin\ndev\netc\nlib\nlib64\nproc\nsbin\ntmp\nusr\n/\n/\n");
}

TEST_P(EveryIdentity, S39_NothingOfTheSpawnersMemoryOrEnvironmentIsThere) {
    PlanBlock plan = payloadPlan({"arguments"});
    plan.environment = {"ONLY=this"};
    const Outcome result = run(spawner(), plan);
    ASSERT_EQ(result.report.error, 0);
    EXPECT_EQ(result.output, "argument /test/payload\nargument arguments\nenvironment ONLY=this\n");
}

TEST_F(ConfinementTest, S39_NoTextOfAnotherRequestIsInThePayloadsMemory) {
    const std::string canary = "canary-of-another-request";
    const auto search = [&](const std::string& environment) {
        PlanBlock plan = payloadPlan({"search-memory", masked(canary)});
        plan.environment = {environment};
        const Outcome result = run(spawner(), plan);
        EXPECT_EQ(result.report.error, 0);
        return parseResults(result.output);
    };
    EXPECT_GT(search("SECRET=" + canary).at("found"), 0) << "what is there must be found";
    const auto results = search("SECRET=none");
    EXPECT_EQ(results.at("found"), 0);
    EXPECT_GT(results.at("pages"), 100);
}

TEST_P(EveryIdentity, S40_NoProgramOfOursCanBeOverwritten) {
    const Outcome result = run(spawner(), payloadPlan({"write-itself"}));
    ASSERT_EQ(result.report.error, 0);
    expectAllRefused(result.output, 3);
}

TEST_P(EveryIdentity, S41_NothingCanBeMountedOrUnmounted) {
    const Outcome result = run(spawner(), payloadPlan({"mounts"}));
    ASSERT_EQ(result.report.error, 0);
    expectAllRefused(result.output, 10);
}

TEST_F(ConfinementTest, TheCallersGroupsReachItsFilesAndNoOthers) {
    const std::string directory = callerDirectory("groups");
    const std::string path = directory + "/shared";
    std::filesystem::remove(path);
    std::filesystem::copy_file("/etc/hostname", path);
    ASSERT_EQ(::chown(path.c_str(), 0, extraGid), 0);
    ASSERT_EQ(::chmod(path.c_str(), 0640), 0);
    PlanBlock plan = ordinaryPlan();
    plan.add({wire::MountKind::bind, "/data", directory, wire::mountRecursive});
    plan.run({"sh", "-c", "cat /data/shared >/dev/null && echo read; : >> /data/shared"});
    const Outcome result = run(spawner(), plan);
    ASSERT_EQ(result.report.error, 0);
    EXPECT_EQ(result.output.rfind("read\n", 0), 0U) << result.output;
    EXPECT_NE(result.output.find("ermission denied"), std::string::npos) << result.output;
}

} // namespace sandboxd::kernel_test
