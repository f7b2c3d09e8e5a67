// Ids inside that are not the caller's own numbers: what looks like root there is the caller to the kernel, and holds
// nothing. The plans' filter allows every call.
#include "kernel_test.hpp"

#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace sandboxd::kernel_test {

namespace {

using MappedIdsTest = KernelTest;

PlanBlock asRoot(PlanBlock plan) {
    plan.header.insideUid = 0;
    plan.header.insideGid = 0;
    return plan;
}

std::string readFile(const std::string& path) {
    std::ostringstream content;
    content << std::ifstream(path).rdbuf();
    return content.str();
}

} // namespace

TEST_F(MappedIdsTest, ThePayloadSeesTheIdsThatWereAskedFor) {
    PlanBlock plan = payloadPlan({"ids"});
    plan.header.insideUid = 7;
    plan.header.insideGid = 4000000000;
    const Outcome result = run(spawner(), plan);
    ASSERT_EQ(result.report.error, 0);
    EXPECT_EQ(result.output, "7 7 7 4000000000 4000000000 4000000000\n");
}

TEST_F(MappedIdsTest, S09_OneLineIsMappedAndItIsTheCallers) {
    PlanBlock plan = asRoot(ordinaryPlan());
    plan.run({"sh", "-c", "cat /proc/self/uid_map /proc/self/gid_map; cat /proc/self/setgroups"});
    const Outcome result = run(spawner(), plan);
    ASSERT_EQ(result.report.error, 0);
    std::istringstream words(result.output);
    std::vector<std::string> found{std::istream_iterator<std::string>(words), {}};
    EXPECT_EQ(found, (std::vector<std::string>{"0", std::to_string(callerUid), "1", "0", std::to_string(callerGid), "1",
                                               "deny"}));
}

TEST_F(MappedIdsTest, S08_WhoLooksLikeRootHoldsNoCapability) {
    PlanBlock plan = asRoot(ordinaryPlan());
    plan.run({"sh", "-c",
              "cat /proc/self/status /proc/1/status | grep -E '^(Cap|NoNewPrivs)' | sort | uniq -c | tr -s ' '"});
    const Outcome result = run(spawner(), plan);
    ASSERT_EQ(result.report.error, 0);
    std::string expected;
    for (const char* name : {"CapAmb", "CapBnd", "CapEff", "CapInh", "CapPrm"}) {
        expected += std::string(" 2 ") + name + ":\t0000000000000000\n";
    }
    EXPECT_EQ(result.output, expected + " 2 NoNewPrivs:\t1\n");
}

TEST_F(MappedIdsTest, S05_S41_WhoLooksLikeRootMakesNoNamespaceAndNoMount) {
    for (const char* attempts : {"nested", "mounts", "attack-init"}) {
        const Outcome result = run(spawner(), asRoot(payloadPlan({attempts})));
        ASSERT_EQ(result.report.error, 0);
        auto results = parseResults(result.output);
        results.erase("alive");
        EXPECT_GE(results.size(), 7U) << result.output;
        for (const auto& [name, error] : results) {
            EXPECT_NE(error, 0) << attempts << " " << name;
        }
    }
}

// Capabilities of a file whose root user is the one that the namespace maps: the kernel would honour them here.
TEST_F(MappedIdsTest, S06_FileCapabilitiesOfItsOwnRootGiveNothing) {
    const std::string directory = callerDirectory("mapped-caps");
    const std::string path = directory + "/program";
    std::filesystem::copy_file(PAYLOAD_PATH, path, std::filesystem::copy_options::overwrite_existing);
    ASSERT_EQ(::chmod(path.c_str(), 0755), 0);
    vfs_ns_cap_data capabilities{};
    capabilities.magic_etc = VFS_CAP_REVISION_3;
    capabilities.data[0].permitted = 1U << CAP_SYS_CHROOT;
    capabilities.rootid = callerUid;
    ASSERT_EQ(::setxattr(path.c_str(), "security.capability", &capabilities, XATTR_CAPS_SZ_3, 0), 0);
    PlanBlock plan = asRoot(ordinaryPlan());
    plan.add({wire::MountKind::bind, "/caps", directory, wire::mountRecursive});
    const Outcome result = run(spawner(), plan.run({"/caps/program", "mounts"}));
    ASSERT_EQ(result.report.error, 0);
    EXPECT_EQ(parseResults(result.output).at("chroot"), EPERM);
}

TEST_F(MappedIdsTest, WhatIsMadeBelongsToTheCallerOutsideAndRootsFilesStayClosed) {
    const std::string directory = callerDirectory("mapped-files");
    std::ofstream(directory + "/roots") << "secret";
    ASSERT_EQ(::chmod((directory + "/roots").c_str(), 0600), 0);
    PlanBlock plan = asRoot(ordinaryPlan());
    plan.add({wire::MountKind::bind, "/data", directory, wire::mountRecursive});
    plan.run(
        {"sh", "-c", "cat /data/roots 2>/dev/null || echo closed; echo made > /data/made; stat -c '%u %g' /data/made"});
    const Outcome result = run(spawner(), plan);
    ASSERT_EQ(result.report.error, 0);
    EXPECT_EQ(result.output, "closed\n0 0\n");
    EXPECT_EQ(readFile(directory + "/made"), "made\n");
    struct stat made {};
    ASSERT_EQ(::stat((directory + "/made").c_str(), &made), 0);
    EXPECT_EQ(made.st_uid, callerUid);
    EXPECT_EQ(made.st_gid, callerGid);
}

} // namespace sandboxd::kernel_test
