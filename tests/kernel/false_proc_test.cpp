// A spawner started where /proc is not the kernel's: everything that it looks for there is in place, and it does not
// start.
#include "spawner_process.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <string>

namespace sandboxd::kernel_test {

namespace {

constexpr int patience = 20'000; // ms
constexpr int serves = 96;       // instead of an exit status

struct Start {
    int status = -1;
    std::string errors;
};

void must(bool done) {
    if (!done) {
        ::_exit(97);
    }
}

// In a child whose /proc `falsify` has replaced: a spawner, and its end if it does not serve.
int startIn(const std::function<void()>& falsify, int errors) {
    must(::unshare(CLONE_NEWNS) == 0);
    falsify();
    must(::dup2(errors, STDERR_FILENO) >= 0);
    SpawnerProcess spawner;
    pollfd entry{static_cast<int>(::syscall(SYS_pidfd_open, spawner.pid(), 0)), POLLIN, 0};
    if (::poll(&entry, 1, patience) <= 0) {
        spawner.kill();
        return serves;
    }
    int status = 0;
    ::waitpid(spawner.pid(), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 98;
}

Start startWith(const std::function<void()>& falsify) {
    int errors[2];
    EXPECT_EQ(::pipe(errors), 0);
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::_exit(startIn(falsify, errors[1])); // what it made is gone by then
    }
    ::close(errors[1]);
    int status = 0;
    ::waitpid(pid, &status, 0);
    Start start;
    start.status = WEXITSTATUS(status);
    char text[512];
    const ssize_t size = ::read(errors[0], text, sizeof text);
    start.errors.assign(text, size > 0 ? static_cast<std::size_t>(size) : 0);
    ::close(errors[0]);
    return start;
}

// On a file system of its own, with the entries of pid 1 and of the process itself.
void coverByTmpfs() {
    const std::string fake = "/tmp/sandboxd-kernel-fake-proc";
    ::mkdir(fake.c_str(), 0755);
    must(::mount("none", fake.c_str(), "tmpfs", 0, "mode=0755") == 0);
    for (const char* name : {"/1", "/self", "/sys"}) {
        must(::mkdir((fake + name).c_str(), 0755) == 0);
        must(::mount((std::string("/proc") + name).c_str(), (fake + name).c_str(), nullptr, MS_BIND, nullptr) == 0);
    }
    must(::mount(fake.c_str(), "/proc", nullptr, MS_MOVE, nullptr) == 0);
    ::rmdir(fake.c_str());
}

// A part of the kernel's own: its type is right.
void coverByProcess() {
    must(::mount("/proc/1", "/proc", nullptr, MS_BIND, nullptr) == 0);
}

} // namespace

TEST(FalseProc, S75_OfAnotherFileSystemIsRefusedAtStart) {
    const Start start = startWith(coverByTmpfs);
    EXPECT_EQ(start.status, 1);
    EXPECT_EQ(start.errors, "sandboxd-spawner: cannot open /proc: Invalid argument\n");
}

TEST(FalseProc, S75_OfAProcessIsRefusedAtStart) {
    const Start start = startWith(coverByProcess);
    EXPECT_EQ(start.status, 1);
    EXPECT_EQ(start.errors, "sandboxd-spawner: cannot read its own oom_score_adj: No such file or directory\n");
}

} // namespace sandboxd::kernel_test
