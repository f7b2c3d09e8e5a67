// Operations that make, change, cover or lock files: what each does, with the caller's rights and no other.
#include "kernel_test.hpp"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

namespace sandboxd::kernel_test {

namespace {

using FileOperationsTest = KernelTest;
using wire::MountKind;
using wire::SetupStep;

constexpr std::uint32_t byFd = wire::mountSourceIsFd;

std::string callersFile(const std::string& directory, const std::string& name, mode_t mode, uid_t owner = callerUid) {
    std::string path = directory + "/" + name;
    std::ofstream(path) << "of the caller";
    EXPECT_EQ(::chown(path.c_str(), owner, callerGid), 0);
    EXPECT_EQ(::chmod(path.c_str(), mode), 0);
    return path;
}

PlanBlock planWith(const std::string& directory) {
    PlanBlock plan = ordinaryPlan();
    plan.add({MountKind::bind, "/d", directory, wire::mountRecursive});
    return plan;
}

// A pipe with this in it and no writer.
UniqueFd filledPipe(const std::string& content) {
    int ends[2];
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    const UniqueFd writer(ends[1]);
    EXPECT_EQ(::write(writer.get(), content.data(), content.size()), static_cast<ssize_t>(content.size()));
    return UniqueFd(ends[0]);
}

// 0 if nobody holds any lock on the file.
int lockError(const std::string& path) {
    const UniqueFd file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    struct flock whole {};
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    return ::fcntl(file.get(), F_OFD_SETLK, &whole) == 0 ? 0 : errno;
}

} // namespace

TEST_F(FileOperationsTest, ABoundFileCoversTheTargetAndLeavesItAsItIs) {
    const std::string directory = callerDirectory("bind-file");
    const std::string path = callersFile(directory, "name", 0644);
    PlanBlock plan = planWith(directory);
    plan.add({MountKind::bindFile, "/d/name", "", 0, -1, 0640, "private"});
    plan.run({"sh", "-c", "cat /d/name; stat -c :%a:%h /d/name; echo changed > /d/name && cat /d/name"});
    EXPECT_EQ(run(spawner(), plan).output, "private:640:0\nchanged\n");
    std::string content;
    std::getline(std::ifstream(path), content);
    EXPECT_EQ(content, "of the caller");
}

TEST_F(FileOperationsTest, AReadOnlyBoundFileCannotBeWritten) {
    PlanBlock plan = ordinaryPlan();
    plan.add({MountKind::bindFile, "/p/f", "", wire::mountReadOnly, -1, 0600, "private"});
    plan.run({"sh", "-c", "cat /p/f; { echo x > /p/f; } 2>/dev/null || echo :refused; stat -c %a /p"});
    EXPECT_EQ(run(spawner(), plan).output, "private:refused\n700\n");
}

TEST_F(FileOperationsTest, ADescriptorIsReadToItsEnd) {
    const std::string content(50'000, 'x'); // more than one read
    const UniqueFd one = filledPipe(content);
    const UniqueFd other = filledPipe("other");
    PlanBlock plan = ordinaryPlan();
    plan.add({MountKind::file, "/f", "", byFd, 0, 0644}).add({MountKind::bindFile, "/b", "", byFd, 1, 0644});
    const Outcome result = run(spawner(), plan.run({"sh", "-c", "wc -c < /f; cat /b"}), {one.get(), other.get()});
    EXPECT_EQ(result.output, "50000\nother");
}

TEST_F(FileOperationsTest, ADescriptorThatCannotBeReadIsNamedByItsOperation) {
    const UniqueFd path(::open("/etc/passwd", O_PATH | O_CLOEXEC));
    PlanBlock plan = ordinaryPlan();
    const auto operation = static_cast<std::uint32_t>(plan.mounts.size());
    const wire::Report report = run(spawner(), plan.add({MountKind::file, "/f", "", byFd, 0}), {path.get()}).report;
    EXPECT_EQ(report.step, SetupStep::mount);
    EXPECT_EQ(report.operation, operation);
    EXPECT_EQ(report.error, EBADF);
}

TEST_F(FileOperationsTest, AModeIsChangedWhereTheCallerCould) {
    const std::string directory = callerDirectory("chmod");
    const std::string own = callersFile(directory, "own", 0644);
    callersFile(directory, "foreign", 0666, strangerUid);
    ASSERT_EQ(::symlink("own", (directory + "/link").c_str()), 0);
    EXPECT_EQ(run(spawner(), planWith(directory).add({MountKind::chmod, "/d/link", "", 0, -1, 0600})).report.error, 0);
    struct stat info {};
    ASSERT_EQ(::stat(own.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 07777U, 0600U);
    for (const auto& [target, expected] : {std::pair{"/d/foreign", EPERM}, std::pair{"/d/none", ENOENT}}) {
        PlanBlock plan = planWith(directory);
        EXPECT_EQ(run(spawner(), plan.add({MountKind::chmod, target, "", 0, -1, 0600})).report.error, expected);
    }
}

TEST_F(FileOperationsTest, AMaskHidesFilesAndDirectoriesAndNothingIsFine) {
    const std::string directory = callerDirectory("mask");
    callersFile(directory, "name", 0644);
    ASSERT_EQ(::mkdir((directory + "/sub").c_str(), 0755), 0);
    callersFile(directory + "/sub", "inner", 0644);
    PlanBlock plan = planWith(directory);
    plan.add({MountKind::mask, "/d/name", ""})
        .add({MountKind::mask, "/d/sub", ""})
        .add({MountKind::mask, "/d/none", ""});
    plan.run({"sh", "-c",
              "stat -c %s:%a /d/name; cat /d/name 2>/dev/null || echo closed; ls -A /d/sub; "
              "{ true > /d/sub/x; } 2>/dev/null || echo closed; ls /d"});
    EXPECT_EQ(run(spawner(), plan).output, "0:0\nclosed\nclosed\nname\nsub\n");
}

TEST_F(FileOperationsTest, ALockIsHeldUntilTheSandboxEndsAndNoOtherDescriptor) {
    const std::string path = callersFile(callerDirectory("lock"), "name", 0644);
    PlanBlock plan = payloadPlan({"wait"});
    plan.add({MountKind::bind, "/l", path, wire::mountReadOnly});
    plan.add({MountKind::lockFile, "/l", ""}).add({MountKind::lockFile, "/l", ""});
    const CallerProcess caller;
    SandboxClient client(spawner(), caller);
    int output[2];
    ASSERT_EQ(::pipe2(output, O_CLOEXEC), 0);
    const UniqueFd reader(output[0]);
    UniqueFd writer(output[1]);
    plan.fds = {{1, 0}};
    ASSERT_EQ(client.launch(std::move(plan), {writer.get()}).error, 0);
    writer.reset();
    EXPECT_EQ(lockError(path), EAGAIN);
    client.order(wire::OrderKind::end);
    ASSERT_TRUE(client.awaitEnd().has_value());
    EXPECT_EQ(lockError(path), 0);
}

TEST_F(FileOperationsTest, InitHoldsNoPipeOfTheCallersBesideItsLocks) {
    const std::string path = callersFile(callerDirectory("lock-pipe"), "name", 0644);
    PlanBlock plan = ordinaryPlan();
    plan.add({MountKind::bind, "/l", path, wire::mountReadOnly}).add({MountKind::lockFile, "/l", ""});
    // The outcome is there when its pipe has ended, though the sandbox goes on: init is the last that could hold it.
    EXPECT_EQ(run(spawner(), plan.run({"echo", "end"})).output, "end\n");
}

TEST_F(FileOperationsTest, ALockThatSomebodyElseHoldsIsAnError) {
    const std::string path = callersFile(callerDirectory("locked"), "name", 0644);
    const UniqueFd file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    struct flock whole {};
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    ASSERT_EQ(::fcntl(file.get(), F_OFD_SETLK, &whole), 0);
    PlanBlock plan = ordinaryPlan();
    plan.add({MountKind::bind, "/l", path}).add({MountKind::lockFile, "/l", ""});
    EXPECT_EQ(run(spawner(), plan).report.error, EAGAIN);
}

TEST_F(FileOperationsTest, MessageQueuesAreTheSandboxsOwn) {
    PlanBlock plan = ordinaryPlan();
    plan.add({MountKind::mqueue, "/dev/mqueue", ""});
    plan.run({"sh", "-c", "touch /dev/mqueue/q && ls /dev/mqueue; grep -c ' - mqueue ' /proc/self/mountinfo"});
    EXPECT_EQ(run(spawner(), plan).output, "q\n1\n");
}

TEST_F(FileOperationsTest, SysfsShowsTheSandboxsNetwork) {
    const std::string whole = callerDirectory("sysfs"); // the kernel wants to see one that nothing lies over
    ASSERT_EQ(::mount("sysfs", whole.c_str(), "sysfs", 0, nullptr), 0);
    PlanBlock plan = ordinaryPlan();
    plan.add({MountKind::sysfs, "/sys", ""});
    const std::string output = run(spawner(), plan.run({"ls", "/sys/class/net"})).output;
    ::umount2(whole.c_str(), MNT_DETACH);
    EXPECT_EQ(output, "lo\n");
}

TEST_F(FileOperationsTest, ATmpfsIsFullAtItsSize) {
    PlanBlock plan = ordinaryPlan();
    plan.add({MountKind::tmpfs, "/t", "", 0, -1, 01777, "", 65536});
    plan.run({"sh", "-c", "stat -c %a /t; head -c 65537 /dev/zero 2>/dev/null > /t/x; stat -c %s /t/x"});
    EXPECT_EQ(run(spawner(), plan).output, "1777\n65536\n");
}

} // namespace sandboxd::kernel_test
