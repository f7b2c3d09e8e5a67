// Names that the caller exchanges for symbolic links again and again while sandboxes are built: each request gets what
// was there first or a refusal, and both happen.
#include "kernel_test.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <fstream>

namespace sandboxd::kernel_test {

namespace {

using SwappedFilesTest = KernelTest;
using wire::MountKind;
using wire::SetupStep;

constexpr int rounds = 200;

// Exchanges directory/real and directory/link until it is destroyed.
class Swapper {
public:
    explicit Swapper(const std::string& directory) : pid_(::fork()) {
        if (pid_ == 0) {
            const std::string real = directory + "/real";
            const std::string link = directory + "/link";
            for (;;) {
                ::syscall(SYS_renameat2, AT_FDCWD, real.c_str(), AT_FDCWD, link.c_str(), RENAME_EXCHANGE);
            }
        }
    }
    ~Swapper() {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    Swapper(const Swapper&) = delete;
    Swapper& operator=(const Swapper&) = delete;

private:
    pid_t pid_;
};

// A file that everybody may read, in a directory that only root may search.
void hideFile(const std::string& directory) {
    ASSERT_EQ(::mkdir(directory.c_str(), 0700), 0);
    ASSERT_EQ(::mkdir((directory + "/inner").c_str(), 0755), 0);
    std::ofstream(directory + "/inner/name") << "hidden";
    ASSERT_EQ(::chmod((directory + "/inner/name").c_str(), 0644), 0);
}

} // namespace

TEST_F(SwappedFilesTest, S16_ASourceIsTheFirstResolvedOrRefused) {
    const std::string directory = callerDirectory("s16");
    ASSERT_EQ(::mkdir((directory + "/real").c_str(), 0755), 0);
    std::ofstream(directory + "/real/name") << "real";
    hideFile(directory + "/closed");
    ASSERT_EQ(::symlink("closed/inner", (directory + "/link").c_str()), 0);
    int refused = 0;
    {
        const Swapper swapper(directory);
        for (int i = 0; i < rounds; ++i) {
            PlanBlock plan = ordinaryPlan();
            plan.add({MountKind::bind, "/data", directory + "/real", wire::mountRecursive});
            const Outcome result = run(spawner(), plan.run({"cat", "/data/name"}));
            if (result.report.error == 0) {
                EXPECT_EQ(result.output, "real");
            } else {
                EXPECT_EQ(result.report.step, SetupStep::source);
                EXPECT_EQ(result.report.error, EACCES);
                ++refused;
            }
        }
    }
    EXPECT_GT(refused, 0) << "never swapped";
    EXPECT_LT(refused, rounds) << "never itself";
}

// The link is followed inside: the new file system lies in the caller's directory or in the sandbox's own.
TEST_F(SwappedFilesTest, S18_ATargetsParentLeadsNowhereOutside) {
    const std::string directory = callerDirectory("s18");
    ASSERT_EQ(::mkdir((directory + "/real").c_str(), 0777), 0);
    ASSERT_EQ(::mkdir((directory + "/real/point").c_str(), 0777), 0);
    ASSERT_EQ(::symlink("/other", (directory + "/link").c_str()), 0);
    ASSERT_EQ(::chmod((directory + "/real").c_str(), 0555), 0); // nothing is to be made in there
    int followed = 0;
    {
        const Swapper swapper(directory);
        for (int i = 0; i < rounds; ++i) {
            PlanBlock plan = ordinaryPlan();
            plan.add({MountKind::directory, "/other/point", ""});
            plan.add({MountKind::bind, "/home", directory, wire::mountRecursive});
            plan.add({MountKind::tmpfs, "/home/real/point", ""});
            const Outcome result = run(spawner(), plan.run({"grep", "-c", " /other/point ", "/proc/self/mountinfo"}));
            ASSERT_EQ(result.report.error, 0);
            followed += result.output == "1\n" ? 1 : 0;
        }
    }
    EXPECT_GT(followed, 0) << "never swapped";
    EXPECT_LT(followed, rounds) << "never itself";
}

} // namespace sandboxd::kernel_test
