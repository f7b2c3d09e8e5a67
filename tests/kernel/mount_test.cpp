// Mount operations with a hostile caller: sources that are not his, targets behind links, things that are no files; and
// that each kind does what it says.
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
#include <fstream>
#include <set>
#include <sstream>

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

TEST_F(MountTest, S17_S19_ALinkInACallersDirectoryLeadsNowhereOutside) {
    const std::string directory = callerDirectory("s17");
    const std::string outside = callerDirectory("s17-outside");
    ASSERT_EQ(::mkdir((outside + "/inner").c_str(), 0755), 0);
    const struct {
        const char* name;
        std::string text;
        bool inside; // there is something at its end in the new root
    } links[] = {{"root", "/", true}, {"tmp", "/tmp", true}, {"up", "../../oldroot", false}, {"out", outside, false}};
    for (const auto& link : links) {
        ASSERT_EQ(::symlink(link.text.c_str(), (directory + "/" + link.name).c_str()), 0);
    }
    const std::set<std::string> before = listTree(spawner().directory());
    for (const auto& link : links) {
        for (const MountOperation& operation : everyKind(std::string("/home/") + link.name + "/inner")) {
            PlanBlock plan = ordinaryPlan();
            plan.add({MountKind::bind, "/home", directory, wire::mountRecursive}).add(operation);
            const wire::Report report = run(spawner(), plan).report;
            const bool made = link.inside && operation.kind != MountKind::remountReadOnly;
            const int expected = made ? 0 : operation.kind == MountKind::remountReadOnly ? ENOENT : EEXIST;
            EXPECT_EQ(report.error, expected) << link.name << static_cast<int>(operation.kind);
        }
    }
    EXPECT_EQ(listTree(spawner().directory()), before);
}

TEST_F(MountTest, S19_ALinkAsTheLastComponentIsFollowedInsideTheNewRoot) {
    const std::string directory = callerDirectory("s19");
    writeFile(directory + "/name", "of the caller");
    ASSERT_EQ(::symlink("/inside", (directory + "/link").c_str()), 0);
    PlanBlock plan = ordinaryPlan();
    plan.add({MountKind::directory, "/inside", ""});
    plan.add({MountKind::bind, "/home", directory, wire::mountRecursive});
    plan.add({MountKind::bind, "/home/link", directory, wire::mountRecursive});
    EXPECT_EQ(run(spawner(), plan.run({"cat", "/inside/name"})).output, "of the caller");
}

TEST_F(MountTest, ALinkToTheRootIsTheRootAsATarget) {
    const std::string directory = callerDirectory("root-link");
    PlanBlock plan = ordinaryPlan();
    plan.add({MountKind::symlink, "/to-root", "/"});
    plan.add({MountKind::bind, "/to-root", "/", wire::mountRecursive});
    const Outcome result = run(spawner(), plan.run({"ls", directory.c_str(), "-d"}));
    EXPECT_EQ(result.output, directory + "\n");
}

TEST_F(MountTest, WhatIsMissingInACallersDirectoryIsMadeByTheCaller) {
    const std::string directory = callerDirectory("missing");
    for (const MountOperation& operation : everyKind("/home/a/b")) {
        PlanBlock plan = ordinaryPlan();
        plan.add({MountKind::bind, "/home", directory, wire::mountRecursive}).add(operation);
        const wire::Report report = run(spawner(), plan).report;
        if (operation.kind == MountKind::remountReadOnly) {
            EXPECT_EQ(report.error, ENOENT);
            continue;
        }
        EXPECT_EQ(report.error, 0) << static_cast<int>(operation.kind);
        struct stat info {};
        EXPECT_EQ(::lstat((directory + "/a/b").c_str(), &info), 0);
        EXPECT_EQ(info.st_uid, callerUid);
        std::filesystem::remove_all(directory + "/a");
    }
}

TEST_F(MountTest, NothingIsMadeWhereTheCallerMayNotWrite) {
    const std::string directory = callerDirectory("closed-to-write");
    ASSERT_EQ(::chown(directory.c_str(), 0, 0), 0);
    const std::string own = callerDirectory("own-read-only");
    ASSERT_EQ(::chmod(own.c_str(), 0555), 0); // its owner could open it; nobody does so for him
    for (const std::string& source : {directory, own}) {
        for (const MountOperation& operation : everyKind("/home/missing")) {
            PlanBlock plan = ordinaryPlan();
            plan.add({MountKind::bind, "/home", source, wire::mountRecursive}).add(operation);
            const wire::Report report = run(spawner(), plan).report;
            EXPECT_EQ(report.step, SetupStep::mount) << static_cast<int>(operation.kind);
            EXPECT_EQ(report.error, operation.kind == MountKind::remountReadOnly ? ENOENT : EACCES);
        }
        EXPECT_TRUE(std::filesystem::is_empty(source));
    }
}

TEST_F(MountTest, NothingIsMadeInAReadOnlyBind) {
    const std::string directory = callerDirectory("read-only");
    PlanBlock plan = ordinaryPlan();
    plan.add({MountKind::bind, "/home", directory, wire::mountRecursive | wire::mountReadOnly});
    EXPECT_EQ(run(spawner(), plan.add({MountKind::tmpfs, "/home/missing", ""})).report.error, EROFS);
    EXPECT_TRUE(std::filesystem::is_empty(directory));
}

TEST_F(MountTest, AFileThatIsThereIsWrittenAnewAndKeepsItsMode) {
    const std::string directory = callerDirectory("overwritten");
    writeFile(directory + "/name", "long before");
    ASSERT_EQ(::chown((directory + "/name").c_str(), callerUid, callerGid), 0);
    ASSERT_EQ(::chmod((directory + "/name").c_str(), 0640), 0);
    PlanBlock plan = ordinaryPlan();
    plan.add({MountKind::bind, "/home", directory, wire::mountRecursive});
    plan.add({MountKind::file, "/home/name", "", 0, -1, 0600, "new"});
    EXPECT_EQ(run(spawner(), plan.run({"sh", "-c", "cat /home/name; stat -c :%a /home/name"})).output, "new:640\n");
}

TEST_F(MountTest, AFileIsNotWrittenIntoAFifo) {
    const std::string directory = callerDirectory("fifo-file");
    ASSERT_EQ(::mkfifo((directory + "/fifo").c_str(), 0666), 0);
    ASSERT_EQ(::chmod((directory + "/fifo").c_str(), 0666), 0);
    PlanBlock plan = ordinaryPlan();
    plan.add({MountKind::bind, "/home", directory, wire::mountRecursive});
    plan.add({MountKind::file, "/home/fifo", "", 0, -1, 0644, "content"});
    EXPECT_EQ(run(spawner(), plan).report.error, ENXIO); // nobody reads it, and nobody waits for that
}

TEST_F(MountTest, ALinkThatSaysTheSameAlreadyWillDo) {
    PlanBlock plan = ordinaryPlan();
    plan.add({MountKind::symlink, "/l", "text"}).add({MountKind::symlink, "/l", "text"});
    EXPECT_EQ(run(spawner(), plan).report.error, 0);
    EXPECT_EQ(run(spawner(), plan.add({MountKind::symlink, "/l", "other"})).report.error, EEXIST);
}

TEST_F(MountTest, ParentsAreClosedToThoseToWhomTheTargetIs) {
    PlanBlock plan = ordinaryPlan();
    plan.add({MountKind::tmpfs, "/a/b/own", "", 0, -1, 0700})
        .add({MountKind::directory, "/c/d/group", "", 0, -1, 0750});
    plan.add({MountKind::file, "/e/f/all", "", 0, -1, 0644}).add({MountKind::devpts, "/g/h/pts", ""});
    const Outcome result = run(spawner(), plan.run({"stat", "-c", "%a", "/a", "/a/b", "/c/d", "/e/f", "/g/h"}));
    EXPECT_EQ(result.output, "700\n700\n750\n755\n755\n");
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

// As for `bind` of "/", which shows them too. None of them is opened: the FIFO would hang.
TEST_F(MountTest, S28_PathsOfAnyTypeAreSources) {
    const std::string fifo = callerDirectory("s28") + "/fifo";
    ASSERT_EQ(::mkfifo(fifo.c_str(), 0666), 0);
    for (const std::string path : {"/proc", "/proc/sys", "/sys", "/dev/null", "/dev/pts", fifo.c_str()}) {
        EXPECT_EQ(bindPath(spawner(), path).error, 0) << path;
    }
}

TEST_F(MountTest, S28_ADeviceByDescriptorMustBeAskedFor) {
    const UniqueFd null(::open("/dev/null", O_PATH | O_CLOEXEC));
    constexpr std::uint32_t byFd = wire::mountRecursive | wire::mountSourceIsFd;
    EXPECT_EQ(bindFd(spawner(), null.get()).error, EOPNOTSUPP);
    Attempt asked({MountKind::bind, "/n", "", byFd | wire::mountDevices, 0});
    const Outcome result = run(spawner(), asked.plan.run({"sh", "-c", "echo x > /n && echo opened"}), {null.get()});
    EXPECT_EQ(result.output, "opened\n");
}

TEST_F(MountTest, S24_DevicesCanBeOpenedOnlyIfAskedFor) {
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

TEST_F(MountTest, S20_OddWaysToASourceAreTheCallersOwn) {
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

TEST_F(MountTest, S20_AnOptionalSourceMayBeMissingAndNothingElse) {
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

TEST_F(MountTest, S21_ABindWithoutSubmountsDoesNotUncoverWhatTheyHide) {
    const Hidden hidden(callerDirectory("s21"));
    EXPECT_EQ(run(spawner(), Attempt({MountKind::bind, "/t", hidden.directory}).plan).report.error, EINVAL);
    Attempt whole({MountKind::bind, "/t", hidden.directory, wire::mountRecursive});
    EXPECT_EQ(run(spawner(), whole.plan.run({"ls", "/t/below"})).output, "");
    const UniqueFd fd(::open(hidden.directory.c_str(), O_PATH | O_CLOEXEC));
    Attempt byFd({MountKind::bind, "/t", "", wire::mountSourceIsFd, 0}); // the key is refused before; not so here
    EXPECT_EQ(run(spawner(), byFd.plan.run({"ls", "/t/below"}), {fd.get()}).output, "");
}

TEST_F(MountTest, S22_FlagsOfTheCallersOwnMountsStay) {
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

TEST_F(MountTest, DotsInATargetLeadNowhereOutside) {
    const std::set<std::string> before = listTree(spawner().directory());
    for (const char* target : {"/a/../made", "/./made", "/../../made"}) {
        Attempt attempt({MountKind::tmpfs, target, ""});
        EXPECT_EQ(run(spawner(), attempt.plan.run({"ls", "-d", "/made"})).output, "/made\n") << target;
    }
    EXPECT_EQ(listTree(spawner().directory()), before);
}

TEST_F(MountTest, AConfinedCallersBindFollowsNoLinkToItsTarget) {
    const std::string directory = callerDirectory("confined");
    PlanBlock plan = ordinaryPlan();
    plan.add({MountKind::directory, "/elsewhere", ""}).add({MountKind::symlink, "/link", "elsewhere"});
    plan.add({MountKind::bind, "/link/x", directory, wire::mountRecursive | wire::mountNoSymlinks});
    EXPECT_EQ(run(spawner(), plan).report.error, ELOOP);
}

} // namespace sandboxd::kernel_test
