// Sources of binds: what a hostile caller names that is not his or is no file, and odd ways to what is.
#include "kernel_test.hpp"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <sstream>

namespace sandboxd::kernel_test {

namespace {

using SourceTest = KernelTest;
using wire::MountKind;
using wire::SetupStep;

wire::Report bindPath(const SpawnerProcess& spawner, const std::string& source) {
    return run(spawner, Attempt({MountKind::bind, "/target", source, wire::mountRecursive}).plan).report;
}

wire::Report bindFd(const SpawnerProcess& spawner, int fd) {
    Attempt attempt({MountKind::bind, "/target", "", wire::mountRecursive | wire::mountSourceIsFd, 0});
    return run(spawner, attempt.plan, {fd}).report;
}

// A file of the caller's with a mount over its directory.
struct Hidden {
    std::string directory;

    explicit Hidden(std::string name) : directory(std::move(name)) {
        std::filesystem::create_directory(directory + "/below");
        writeFile(directory + "/below/hidden", "hidden");
        EXPECT_EQ(::mount("none", (directory + "/below").c_str(), "tmpfs", 0, nullptr), 0);
    }
    ~Hidden() { ::umount((directory + "/below").c_str()); }
    Hidden(const Hidden&) = delete;
    Hidden& operator=(const Hidden&) = delete;
};

} // namespace

TEST_F(SourceTest, S13_ASourceThatTheCallerCannotReachIsRefused) {
    const std::string closed = callerDirectory("closed");
    ASSERT_EQ(::mkdir((closed + "/inner").c_str(), 0755), 0);
    ASSERT_EQ(::chown(closed.c_str(), strangerUid, strangerUid), 0);
    ASSERT_EQ(::chmod(closed.c_str(), 0700), 0);
    const wire::Report report = bindPath(spawner(), closed + "/inner");
    EXPECT_EQ(report.step, SetupStep::source);
    EXPECT_EQ(report.error, EACCES);
    EXPECT_EQ(report.operation, ordinaryPlan().mounts.size());
}

TEST_F(SourceTest, S13_ABoundFileThatTheCallerCannotReadStaysUnreadable) {
    Attempt attempt({MountKind::bind, "/secret", "/etc/shadow", wire::mountRecursive});
    const Outcome result = run(spawner(), attempt.plan.run({"cat", "/secret"}));
    ASSERT_EQ(result.report.error, 0);
    EXPECT_NE(result.output.find("ermission denied"), std::string::npos) << result.output;
    EXPECT_EQ(result.status->status, 1);
}

TEST_F(SourceTest, S14_AnOpenPathDescriptorGivesNoRightToRead) {
    const UniqueFd fd(::open("/etc/shadow", O_PATH | O_CLOEXEC));
    Attempt attempt({MountKind::bind, "/secret", "", wire::mountRecursive | wire::mountSourceIsFd, 0});
    const Outcome result = run(spawner(), attempt.plan.run({"cat", "/secret"}), {fd.get()});
    ASSERT_EQ(result.report.error, 0);
    EXPECT_NE(result.output.find("ermission denied"), std::string::npos) << result.output;
}

TEST_F(SourceTest, S15_MagicLinksAreNoSources) {
    std::vector<std::string> paths{"/proc/thread-self/root", "/proc/1/root", "/proc/self/cwd", "/proc/self/exe"};
    for (int fd = 0; fd < 24; ++fd) {
        paths.push_back("/proc/self/fd/" + std::to_string(fd));
        paths.push_back("/dev/fd/" + std::to_string(fd));
    }
    for (const std::string& path : paths) {
        const wire::Report report = bindPath(spawner(), path);
        EXPECT_EQ(report.step, SetupStep::source) << path;
        // What init does not have at all is ENOENT, what it may not even look at EACCES.
        EXPECT_TRUE(report.error == ELOOP || report.error == ENOENT || report.error == EACCES)
            << path << " " << report.error;
    }
}

TEST_F(SourceTest, S27_DescriptorsThatAreNoFilesAreNoSources) {
    const std::string directory = callerDirectory("s27");
    int pipe[2];
    int pair[2];
    ASSERT_EQ(::pipe2(pipe, O_CLOEXEC), 0);
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    ASSERT_EQ(::symlink("/usr", (directory + "/link").c_str()), 0);
    ASSERT_EQ(::mkdir((directory + "/deleted").c_str(), 0755), 0);
    ASSERT_EQ(::mkfifo((directory + "/fifo").c_str(), 0666), 0);
    std::vector<UniqueFd> fds;
    fds.emplace_back(pipe[0]);
    fds.emplace_back(pipe[1]);
    fds.emplace_back(pair[0]);
    fds.emplace_back(pair[1]);
    fds.emplace_back(static_cast<int>(::syscall(SYS_pidfd_open, ::getpid(), 0)));
    fds.emplace_back(::memfd_create("test", MFD_CLOEXEC));
    fds.emplace_back(::epoll_create1(EPOLL_CLOEXEC));
    fds.emplace_back(::open((directory + "/deleted").c_str(), O_PATH | O_CLOEXEC));
    ASSERT_EQ(::rmdir((directory + "/deleted").c_str()), 0);
    fds.emplace_back(::open((directory + "/link").c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    fds.emplace_back(::open((directory + "/fifo").c_str(), O_PATH | O_CLOEXEC));
    for (const char* path : {"/proc/self/ns/mnt", "/proc", "/proc/sys", "/sys", "/dev/null", "/dev/pts"}) {
        fds.emplace_back(::open(path, O_RDONLY | O_CLOEXEC));
    }
    if (!spawner().cgroup().empty()) {
        fds.emplace_back(::open(spawner().cgroup().c_str(), O_PATH | O_CLOEXEC));
    }
    for (const UniqueFd& fd : fds) {
        ASSERT_TRUE(fd);
        const wire::Report report = bindFd(spawner(), fd.get());
        EXPECT_EQ(report.step, SetupStep::source)
            << std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd.get()));
        EXPECT_NE(report.error, 0);
    }
}

// As for `bind` of "/", which shows them too. None of them is opened: the FIFO would hang.
TEST_F(SourceTest, S28_PathsOfAnyTypeAreSources) {
    const std::string fifo = callerDirectory("s28") + "/fifo";
    ASSERT_EQ(::mkfifo(fifo.c_str(), 0666), 0);
    for (const std::string path : {"/proc", "/proc/sys", "/sys", "/dev/null", "/dev/pts", fifo.c_str()}) {
        EXPECT_EQ(bindPath(spawner(), path).error, 0) << path;
    }
}

TEST_F(SourceTest, S28_ADeviceByDescriptorMustBeAskedFor) {
    const UniqueFd null(::open("/dev/null", O_PATH | O_CLOEXEC));
    constexpr std::uint32_t byFd = wire::mountRecursive | wire::mountSourceIsFd;
    EXPECT_EQ(bindFd(spawner(), null.get()).error, EOPNOTSUPP);
    Attempt asked({MountKind::bind, "/n", "", byFd | wire::mountDevices, 0});
    const Outcome result = run(spawner(), asked.plan.run({"sh", "-c", "echo x > /n && echo opened"}), {null.get()});
    EXPECT_EQ(result.output, "opened\n");
}

TEST_F(SourceTest, S24_DevicesCanBeOpenedOnlyIfAskedFor) {
    const std::string directory = callerDirectory("s24");
    ASSERT_EQ(::mknod((directory + "/null").c_str(), S_IFCHR | 0666, makedev(1, 3)), 0);
    ASSERT_EQ(::chmod((directory + "/null").c_str(), 0666), 0);
    for (const auto& [flag, expected] :
         {std::pair{0U, "refused\n"}, std::pair{unsigned{wire::mountDevices}, "opened\n"}}) {
        Attempt attempt({MountKind::bind, "/d", directory, wire::mountRecursive | flag});
        const std::vector<std::string> open{"sh", "-c",
                                            "{ true > /d/null; } 2>/dev/null && echo opened || echo refused"};
        EXPECT_EQ(run(spawner(), attempt.plan.run(open)).output, expected);
    }
}

TEST_F(SourceTest, S20_OddWaysToASourceAreTheCallersOwn) {
    const std::string directory = callerDirectory("s20");
    ASSERT_EQ(::mkdir((directory + "/through").c_str(), 0755), 0);
    ASSERT_EQ(::mkdir((directory + "/through/inner").c_str(), 0755), 0);
    ASSERT_EQ(::chmod((directory + "/through").c_str(), 0711), 0); // root's
    ASSERT_EQ(::symlink("through/inner", (directory + "/link").c_str()), 0);
    ASSERT_EQ(::symlink("nothing", (directory + "/dangling").c_str()), 0);
    EXPECT_EQ(bindPath(spawner(), directory + "/through/inner").error, 0);
    EXPECT_EQ(bindPath(spawner(), directory + "/link").error, 0);
    EXPECT_EQ(bindPath(spawner(), directory + "/dangling").error, ENOENT);
}

TEST_F(SourceTest, S20_AnOptionalSourceMayBeMissingAndNothingElse) {
    const std::string directory = callerDirectory("optional");
    writeFile(directory + "/file", "");
    const auto bindOptional = [&](const std::string& source) {
        Attempt attempt({MountKind::bind, "/target", source, wire::mountRecursive | wire::mountOptional});
        return run(spawner(), attempt.plan.run({"ls", "-d", "/target"}));
    };
    const Outcome missing = bindOptional(directory + "/nothing");
    ASSERT_EQ(missing.report.error, 0);
    EXPECT_NE(missing.output.find("No such file"), std::string::npos) << missing.output;
    EXPECT_EQ(bindOptional(directory).output, "/target\n");
    EXPECT_EQ(bindOptional(directory + "/file/below").report.error, ENOTDIR);
    EXPECT_EQ(bindOptional("/root/x").report.error, EACCES);
}

TEST_F(SourceTest, S21_ABindWithoutSubmountsDoesNotUncoverWhatTheyHide) {
    const Hidden hidden(callerDirectory("s21"));
    EXPECT_EQ(run(spawner(), Attempt({MountKind::bind, "/t", hidden.directory}).plan).report.error, EINVAL);
    Attempt whole({MountKind::bind, "/t", hidden.directory, wire::mountRecursive});
    EXPECT_EQ(run(spawner(), whole.plan.run({"ls", "/t/below"})).output, "");
    const UniqueFd fd(::open(hidden.directory.c_str(), O_PATH | O_CLOEXEC));
    Attempt byFd({MountKind::bind, "/t", "", wire::mountSourceIsFd, 0}); // the key is refused before; not so here
    EXPECT_EQ(run(spawner(), byFd.plan.run({"ls", "/t/below"}), {fd.get()}).output, "");
}

TEST_F(SourceTest, S22_FlagsOfTheCallersOwnMountsStay) {
    const std::string directory = callerDirectory("s22");
    ASSERT_EQ(::mount(directory.c_str(), directory.c_str(), nullptr, MS_BIND, nullptr), 0);
    ASSERT_EQ(::mount(nullptr, directory.c_str(), nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOEXEC, nullptr), 0);
    const UniqueFd fd(::open(directory.c_str(), O_PATH | O_CLOEXEC));
    Attempt attempt({MountKind::bind, "/t", "", wire::mountRecursive | wire::mountSourceIsFd, 0});
    attempt.plan.add({MountKind::bind, "/u", directory, wire::mountRecursive});
    const Outcome result =
        run(spawner(), attempt.plan.run({"sh", "-c", "grep -E ' /[tu] ' /proc/self/mountinfo"}), {fd.get()});
    ::umount2(directory.c_str(), MNT_DETACH); // the descriptor is still there
    std::istringstream lines(result.output);
    int count = 0;
    for (std::string line; std::getline(lines, line); ++count) {
        EXPECT_NE(line.find(" ro,nosuid,nodev,noexec"), std::string::npos) << line;
    }
    EXPECT_EQ(count, 2);
}

TEST_F(SourceTest, AMissingSourceIsNamedByItsIndex) {
    const wire::Report report = bindPath(spawner(), "/no/such/file");
    EXPECT_EQ(report.step, SetupStep::source);
    EXPECT_EQ(report.error, ENOENT);
    EXPECT_EQ(report.operation, ordinaryPlan().mounts.size());
}

TEST_F(SourceTest, ARelativeSourceIsSeenFromTheCallersWorkingDirectory) {
    const std::string directory = callerDirectory("relative");
    writeFile(directory + "/name", "relative");
    const CallerProcess caller({}, [&] {
        if (::chdir(directory.c_str()) != 0) {
            ::_exit(98);
        }
    });
    Attempt attempt({MountKind::bind, "/data", ".", wire::mountRecursive});
    const Outcome result = run(spawner(), caller, attempt.plan.run({"cat", "/data/name"}));
    ASSERT_EQ(result.report.error, 0);
    EXPECT_EQ(result.output, "relative");
}

TEST_F(SourceTest, ASourceInTheCallersTmpIsNotHiddenByTheNewRoot) {
    // The suite's directory lies in /tmp, where the new root is attached: the payload itself comes from there.
    EXPECT_EQ(run(spawner(), payloadPlan({"exit", "0"})).report.error, 0);
}

} // namespace sandboxd::kernel_test
