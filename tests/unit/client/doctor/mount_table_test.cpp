#include "doctor/mount_table.hpp"

#include <gtest/gtest.h>

namespace sandboxd::ctl::doctor {
namespace {

TEST(MountTable, ReadsPointTypeAndReadOnly) {
    const std::vector<Mount> expected{
        {"/", "ext4", false}, {"/sys/fs/cgroup", "cgroup2", true}, {"/a\\040b", "tmpfs", true}};
    EXPECT_EQ(parseMountInfo("25 1 254:0 / / rw,relatime shared:1 master:2 - ext4 /dev/vda rw\n"
                             "30 25 0:26 / /sys/fs/cgroup ro,nosuid - cgroup2 cgroup2 rw\n"
                             "31 25 0:27 /x /a\\040b ro - tmpfs tmpfs rw\n"),
              expected);
}

TEST(MountTable, LeavesOutLinesOfAnotherForm) {
    EXPECT_EQ(parseMountInfo("\n25 1 254:0 / / rw\nnonsense - \n"), std::vector<Mount>{});
}

TEST(MountTable, KnowsWhatCoversProc) {
    const std::vector<Mount> mounts{{"/proc", "proc", false},
                                    {"/proc/kcore", "devtmpfs", false},
                                    {"/proc/sys", "proc", true},
                                    {"/processes", "tmpfs", false}};
    EXPECT_EQ(coversOfProc(mounts), (std::vector<std::string>{"/proc/kcore", "/proc/sys"}));
}

TEST(MountTable, TakesNothingFromProcForMountsOnDirectoriesThatAreAlwaysEmpty) {
    EXPECT_EQ(coversOfProc({{"/proc/sys/fs/binfmt_misc", "autofs", false}, {"/proc/fs/nfsd", "nfsd", false}}),
              std::vector<std::string>{});
}

} // namespace
} // namespace sandboxd::ctl::doctor
