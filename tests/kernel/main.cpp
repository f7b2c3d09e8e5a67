// Runs the tests as root in a mount and pid namespace of their own: what they leave behind ends with them, and pid 1,
// which callers are compared with, is ours.
#include <gtest/gtest.h>

#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

namespace {

int reapUntil(pid_t tests) {
    for (;;) {
        int status = 0;
        const pid_t pid = ::waitpid(-1, &status, 0);
        if (pid == tests) {
            return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
        }
    }
}

// Pid 1 of the namespace: mounts its /proc, then only reaps, as wardens of a killed spawner end up here.
int runAsInit() {
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0) {
        std::perror("kernel-tests: cannot mount /proc");
        return 1;
    }
    const pid_t tests = ::fork();
    return tests == 0 ? RUN_ALL_TESTS() : reapUntil(tests);
}

} // namespace

int main(int count, char** arguments) {
    testing::InitGoogleTest(&count, arguments);
    if (testing::GTEST_FLAG(list_tests)) {
        return RUN_ALL_TESTS();
    }
    if (::geteuid() != 0 || ::unshare(CLONE_NEWNS | CLONE_NEWPID) != 0) {
        std::fputs("kernel-tests: must run as root, and may create namespaces\n", stderr);
        return 1;
    }
    const pid_t init = ::fork();
    if (init == 0) {
        ::_exit(runAsInit());
    }
    int status = 0;
    ::waitpid(init, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
