// Mount operations with a hostile caller: sources that are not his, targets behind links, things that are no files.
#include "kernel_test.hpp"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <set>

namespace sandboxd::kernel_test {

namespace {

using MountTest = KernelTest;
using wire::MountKind;
using wire::SetupStep;

std::set<std::string> listTree(const std::string& directory) {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
        names.insert(entry.path());
    }
    return names;
}

void writeFile(const std::string& path, const std::string& content) {
    std::ofstream(path) << content;
}

// A plan with one more operation, which is the last and under test.
struct Attempt {
    PlanBlock plan;
    std::uint32_t operation;

    explicit Attempt(MountOperation last) : plan(ordinaryPlan()), operation(0) {
        plan.add(std::move(last));
        operation = static_cast<std::uint32_t>(plan.mounts.size() - 1);
    }
};

wire::Report bindPath(const SpawnerProcess& spawner, const std::string& source) {
    return run(spawner, Attempt({MountKind::bind, "/target", source, wire::mountRecursive}).plan).report;
}

wire::Report bindFd(const SpawnerProcess& spawner, int fd) {
    Attempt attempt({MountKind::bind, "/target", "", wire::mountRecursive | wire::mountSourceIsFd, 0});
    return run(spawner, attempt.plan, {fd}).report;
}

// Every kind, with this target.
std::vector<MountOperation> everyKind(const std::string& target) {
    return {{MountKind::bind, target, "/usr", wire::mountRecursive},
            {MountKind::bind, target, "/etc/hostname", wire::mountRecursive},
            {MountKind::tmpfs, target, ""},
            {MountKind::proc, target, ""},
            {MountKind::dev, target, ""},
            {MountKind::devpts, target, ""},
            {MountKind::directory, target, ""},
            {MountKind::file, target, "", 0, -1, 0644, "content"},
            {MountKind::symlink, target, "elsewhere"},
            {MountKind::remountReadOnly, target, ""}};
}

} // namespace

TEST_F(MountTest, S13_ASourceThatTheCallerCannotReachIsRefused) {
    const std::string closed = callerDirectory("closed");
    ASSERT_EQ(::mkdir((closed + "/inner").c_str(), 0755), 0);
    ASSERT_EQ(::chown(closed.c_str(), strangerUid, strangerUid), 0);
    ASSERT_EQ(::chmod(closed.c_str(), 0700), 0);
    const wire::Report report = bindPath(spawner(), closed + "/inner");
    EXPECT_EQ(report.step, SetupStep::source);
    EXPECT_EQ(report.error, EACCES);
    EXPECT_EQ(report.operation, ordinaryPlan().mounts.size());
}

TEST_F(MountTest, S13_ABoundFileThatTheCallerCannotReadStaysUnreadable) {
    Attempt attempt({MountKind::bind, "/secret", "/etc/shadow", wire::mountRecursive});
    const Outcome result = run(spawner(), attempt.plan.run({"cat", "/secret"}));
    ASSERT_EQ(result.report.error, 0);
    EXPECT_NE(result.output.find("ermission denied"), std::string::npos) << result.output;
    EXPECT_EQ(result.status->status, 1);
}

TEST_F(MountTest, S14_AnOpenPathDescriptorGivesNoRightToRead) {
    const UniqueFd fd(::open("/etc/shadow", O_PATH | O_CLOEXEC));
    Attempt attempt({MountKind::bind, "/secret", "", wire::mountRecursive | wire::mountSourceIsFd, 0});
    const Outcome result = run(spawner(), attempt.plan.run({"cat", "/secret"}), {fd.get()});
    ASSERT_EQ(result.report.error, 0);
    EXPECT_NE(result.output.find("ermission denied"), std::string::npos) << result.output;
}

TEST_F(MountTest, S15_MagicLinksAreNoSources) {
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

TEST_F(MountTest, S17_S19_NoKindOfOperationFollowsALinkInACallersDirectory) {
    const std::string directory = callerDirectory("s17");
    const std::string outside = callerDirectory("s17-outside");
    ASSERT_EQ(::mkdir((outside + "/inner").c_str(), 0755), 0);
    const struct {
        const char* name;
        std::string text;
    } links[] = {{"root", "/"}, {"up", "../../oldroot"}, {"outside", outside}, {"tmp", "/tmp"}};
    for (const auto& link : links) {
        ASSERT_EQ(::symlink(link.text.c_str(), (directory + "/" + link.name).c_str()), 0);
    }
    const std::set<std::string> before = listTree(spawner().directory());
    for (const auto& link : links) {
        for (const MountOperation& operation : everyKind(std::string("/home/") + link.name + "/inner")) {
            PlanBlock plan = ordinaryPlan();
            plan.add({MountKind::bind, "/home", directory, wire::mountRecursive}).add(operation);
            const wire::Report report = run(spawner(), plan).report;
            EXPECT_EQ(report.step, SetupStep::mount) << link.name << static_cast<int>(operation.kind);
            EXPECT_EQ(report.error, ELOOP) << link.name << static_cast<int>(operation.kind);
        }
    }
    EXPECT_EQ(listTree(spawner().directory()), before);
}

TEST_F(MountTest, S19_ALinkAsTheLastComponentIsNoTarget) {
    const std::string directory = callerDirectory("s19");
    ASSERT_EQ(::symlink("/usr", (directory + "/link").c_str()), 0);
    for (const MountOperation& operation : everyKind("/home/link")) {
        PlanBlock plan = ordinaryPlan();
        plan.add({MountKind::bind, "/home", directory, wire::mountRecursive}).add(operation);
        const wire::Report report = run(spawner(), plan).report;
        EXPECT_EQ(report.step, SetupStep::mount);
        // Files and links would have to be made there, which the caller's own directory forbids first.
        EXPECT_TRUE(report.error == ELOOP || report.error == EPERM) << report.error;
    }
}

TEST_F(MountTest, NothingIsCreatedInACallersDirectory) {
    const std::string directory = callerDirectory("nothing");
    const std::set<std::string> before = listTree(directory);
    for (const MountOperation& operation : everyKind("/home/missing")) {
        PlanBlock plan = ordinaryPlan();
        plan.add({MountKind::bind, "/home", directory, wire::mountRecursive}).add(operation);
        const wire::Report report = run(spawner(), plan).report;
        EXPECT_EQ(report.step, SetupStep::mount) << static_cast<int>(operation.kind);
        EXPECT_TRUE(report.error == ENOENT || report.error == EPERM) << report.error;
    }
    EXPECT_EQ(listTree(directory), before);
}

TEST_F(MountTest, S27_DescriptorsThatAreNoFilesAreNoSources) {
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

TEST_F(MountTest, S27_PathsOfTheKernelsOwnViewsAreNoSources) {
    for (const char* path : {"/proc", "/proc/sys", "/sys", "/dev/null", "/dev/pts"}) {
        const wire::Report report = bindPath(spawner(), path);
        EXPECT_EQ(report.step, SetupStep::source) << path;
        EXPECT_EQ(report.error, EOPNOTSUPP) << path;
    }
}

TEST_F(MountTest, AMissingSourceIsNamedByItsIndex) {
    const wire::Report report = bindPath(spawner(), "/no/such/file");
    EXPECT_EQ(report.step, SetupStep::source);
    EXPECT_EQ(report.error, ENOENT);
    EXPECT_EQ(report.operation, ordinaryPlan().mounts.size());
}

TEST_F(MountTest, EveryKindDoesWhatItSays) {
    const std::string directory = callerDirectory("every");
    writeFile(directory + "/name", "of the caller");
    PlanBlock plan = ordinaryPlan();
    plan.add({MountKind::bind, "/a/b/c", directory, wire::mountRecursive});
    plan.add({MountKind::bind, "/ro", directory, wire::mountRecursive | wire::mountReadOnly});
    plan.add({MountKind::tmpfs, "/small", "", 0, -1, 0700, "", 65536});
    plan.add({MountKind::directory, "/d", "", 0, -1, 0711});
    plan.add({MountKind::file, "/etc-like/file", "", 0, -1, 0640, "written\n"});
    plan.add({MountKind::symlink, "/s", "d"});
    plan.add({MountKind::remountReadOnly, "/small", ""});
    plan.run({"sh", "-c",
              "cat /a/b/c/name; echo; echo more > /a/b/c/new && echo wrote; echo x > /ro/new2 || echo refused; "
              "echo x > /small/x || echo refused; stat -c '%a %F' /small /d /etc-like/file; cat /etc-like/file; "
              "readlink /s; exec 3<>/dev/ptmx && ls /dev/pts; echo ok > /dev/shm/x && cat /dev/shm/x"});
    const Outcome result = run(spawner(), plan);
    ASSERT_EQ(result.report.error, 0);
    std::string expected = "of the caller\nwrote\n";
    EXPECT_EQ(result.output.substr(0, expected.size()), expected);
    EXPECT_NE(result.output.find("700 directory\n711 directory\n640 regular file\nwritten\nd\n0\nptmx\nok\n"),
              std::string::npos)
        << result.output;
    EXPECT_TRUE(std::filesystem::exists(directory + "/new"));
    EXPECT_FALSE(std::filesystem::exists(directory + "/new2"));
}

TEST_F(MountTest, ARelativeSourceIsSeenFromTheCallersWorkingDirectory) {
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

TEST_F(MountTest, ASourceInTheCallersTmpIsNotHiddenByTheNewRoot) {
    // The suite's directory lies in /tmp, where the new root is attached: the payload itself comes from there.
    EXPECT_EQ(run(spawner(), payloadPlan({"exit", "0"})).report.error, 0);
}

TEST_F(MountTest, TheWholeRootCanBeBound) {
    PlanBlock plan(callerUid, callerGid);
    plan.add({MountKind::bind, "/", "/", wire::mountRecursive | wire::mountReadOnly});
    const Outcome result =
        run(spawner(), plan.run({"sh", "-c", "test -d /usr/bin && echo there; true > /tmp/x || echo refused"}));
    ASSERT_EQ(result.report.error, 0) << static_cast<int>(result.report.step);
    EXPECT_EQ(result.output.rfind("there\n", 0), 0U) << result.output;
    EXPECT_NE(result.output.find("refused\n"), std::string::npos) << result.output;
}

TEST_F(MountTest, ATargetWithDotsIsRefused) {
    for (const char* target : {"/a/../b", "/./a", "/.."}) {
        const wire::Report report = run(spawner(), Attempt({MountKind::tmpfs, target, ""}).plan).report;
        EXPECT_EQ(report.step, SetupStep::mount) << target;
        EXPECT_EQ(report.error, EINVAL) << target;
    }
}

} // namespace sandboxd::kernel_test
