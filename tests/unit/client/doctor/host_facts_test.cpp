#include "doctor/host_facts.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace sandboxd::ctl::doctor {
namespace {

namespace fs = std::filesystem;

// A directory that stands for the root of a host, empty at first.
class HostFactsTest : public testing::Test {
protected:
    HostFactsTest() {
        std::string pattern = (fs::temp_directory_path() / "host-facts-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) {
            throw std::runtime_error("cannot make a directory");
        }
        root_ = pattern;
    }
    ~HostFactsTest() override { fs::remove_all(root_); }

    void write(const std::string& path, const std::string& content) const {
        fs::create_directories(fs::path(root_ + path).parent_path());
        std::ofstream(root_ + path) << content;
    }
    [[nodiscard]] HostFacts facts() const { return gatherHostFacts(root_); }

    std::string root_;
};

TEST_F(HostFactsTest, OfNothingClaimNothing) {
    const HostFacts empty = facts();
    EXPECT_EQ(empty.kernel, "");
    EXPECT_FALSE(empty.appArmor.on);
    EXPECT_EQ(empty.maxUserNamespaces, std::nullopt);
    EXPECT_EQ(empty.unprivilegedUsernsClone, std::nullopt);
    EXPECT_EQ(empty.chrooted, std::nullopt);
    EXPECT_FALSE(empty.procMounted);
    EXPECT_FALSE(empty.kernelHasSeccomp);
    EXPECT_FALSE(empty.systemd);
    EXPECT_EQ(empty.container, "");
    EXPECT_TRUE(empty.cgroups.empty());
}

TEST_F(HostFactsTest, ReadTheSysctls) {
    write("/proc/sys/kernel/osrelease", "6.12.1-test\n");
    write("/proc/sys/kernel/unprivileged_userns_clone", "0\n");
    write("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1\n");
    write("/proc/sys/user/max_user_namespaces", "31000\n");
    write("/proc/sys/kernel/seccomp/actions_avail", "kill_process kill_thread trap errno\n");
    EXPECT_EQ(facts().kernel, "6.12.1-test");
    EXPECT_EQ(facts().unprivilegedUsernsClone, 0U);
    EXPECT_EQ(facts().appArmorRestrictsUserns, 1U);
    EXPECT_EQ(facts().maxUserNamespaces, 31000U);
    EXPECT_TRUE(facts().kernelHasSeccomp);
}

TEST_F(HostFactsTest, TakeNoTextForANumber) {
    write("/proc/sys/user/max_user_namespaces", "31000 or so\n");
    EXPECT_EQ(facts().maxUserNamespaces, std::nullopt);
}

TEST_F(HostFactsTest, ReadWhatConfinesTheProcess) {
    write("/proc/self/status", "Name:\tx\nNoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t1\n");
    EXPECT_TRUE(facts().filtered);
    EXPECT_TRUE(facts().noNewPrivileges);
    write("/proc/self/status", "NoNewPrivs:\t0\nSeccomp:\t0\nSeccomp_filters:\t2\n");
    EXPECT_FALSE(facts().filtered);
    EXPECT_FALSE(facts().noNewPrivileges);
}

TEST_F(HostFactsTest, ReadAppArmor) {
    write("/sys/module/apparmor/parameters/enabled", "Y\n");
    write("/sys/kernel/security/apparmor/features/namespaces/mask", "userns_create\n");
    write("/sys/kernel/security/apparmor/profiles", "sandboxd (enforce)\na name (with) it (complain)\nno mode\n");
    write("/proc/self/attr/apparmor/current", "builder (enforce)\n");
    write("/etc/apparmor.d/sandboxd-spawner", "");
    const AppArmorFacts found = facts().appArmor;
    EXPECT_TRUE(found.on);
    EXPECT_TRUE(found.mediatesUserNamespaces);
    EXPECT_EQ(found.profiles, (std::vector<LoadedProfile>{{"sandboxd", "enforce"}, {"a name (with) it", "complain"}}));
    EXPECT_EQ(found.ownLabel, "builder (enforce)");
    EXPECT_TRUE(found.profileFiles);
}

TEST_F(HostFactsTest, TellAListThatCannotBeReadFromAnEmptyOne) {
    write("/sys/module/apparmor/parameters/enabled", "Y\n");
    EXPECT_EQ(facts().appArmor.profiles, std::nullopt);
    write("/sys/kernel/security/apparmor/profiles", "");
    EXPECT_EQ(facts().appArmor.profiles, std::vector<LoadedProfile>{});
}

TEST_F(HostFactsTest, AskNothingOfAnAppArmorThatIsOff) {
    write("/sys/module/apparmor/parameters/enabled", "N\n");
    write("/sys/kernel/security/apparmor/profiles", "sandboxd (enforce)\n");
    EXPECT_FALSE(facts().appArmor.on);
    EXPECT_EQ(facts().appArmor.profiles, std::nullopt);
}

TEST_F(HostFactsTest, KnowContainersByTheirMarks) {
    write("/.dockerenv", "");
    EXPECT_EQ(facts().container, "docker");
    write("/run/.containerenv", "");
    EXPECT_EQ(facts().container, "podman");
    write("/run/systemd/container", "lxc\n");
    EXPECT_EQ(facts().container, "lxc");
}

TEST_F(HostFactsTest, KnowTheInitialUserNamespaceByItsMap) {
    write("/proc/self/uid_map", "         0          0 4294967295\n");
    EXPECT_TRUE(facts().initialUserNamespace);
    for (const char* map : {"0 1000 1\n", "0 0 65536\n", "0 100000 4294967295\n", ""}) {
        write("/proc/self/uid_map", map);
        EXPECT_FALSE(facts().initialUserNamespace) << map;
    }
}

TEST_F(HostFactsTest, ReadTheMounts) {
    write("/proc/self/mountinfo", "1 0 0:1 / / rw - ext4 x rw\n"
                                  "2 1 0:2 / /proc rw - proc proc rw\n"
                                  "3 2 0:3 / /proc/kcore rw - tmpfs x rw\n"
                                  "4 1 0:4 / /sys/fs/cgroup/unified rw - cgroup2 x rw\n"
                                  "5 1 0:5 / /other ro - cgroup2 x rw\n");
    EXPECT_TRUE(facts().procMounted);
    EXPECT_EQ(facts().procCovers, std::vector<std::string>{"/proc/kcore"});
    EXPECT_EQ(facts().cgroups, (std::vector<CgroupMount>{{"/sys/fs/cgroup/unified", true}, {"/other", false}}));
    EXPECT_EQ(facts().chrooted, std::nullopt);
}

TEST_F(HostFactsTest, KnowAChrootWhoseRootIsNoMount) {
    write("/proc/self/mountinfo", "2 1 0:2 / /proc rw - proc proc rw\n");
    EXPECT_EQ(facts().chrooted, true);
}

TEST_F(HostFactsTest, CompareTheRootWithThatOfPid1WhereTheyMay) {
    fs::create_directories(root_ + "/proc/1");
    fs::create_directory_symlink("../..", root_ + "/proc/1/root");
    EXPECT_EQ(facts().chrooted, false);
    fs::remove(root_ + "/proc/1/root");
    fs::create_directories(root_ + "/proc/1/root");
    EXPECT_EQ(facts().chrooted, true);
}

TEST_F(HostFactsTest, SeeSystemd) {
    fs::create_directories(root_ + "/run/systemd/system");
    EXPECT_TRUE(facts().systemd);
}

TEST_F(HostFactsTest, NameAProgramByItsPid) {
    write("/proc/7/comm", "dbus-daemon\n");
    EXPECT_EQ(programName(root_, 7), "dbus-daemon");
    EXPECT_EQ(programName(root_, 8), "");
}

} // namespace
} // namespace sandboxd::ctl::doctor
