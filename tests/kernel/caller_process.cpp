#include "caller_process.hpp"

#include "spawner_process.hpp"

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

namespace sandboxd::kernel_test {

namespace {

void becomeCaller() {
    const gid_t groups[] = {callerGid, extraGid};
    if (::setgroups(2, groups) != 0 || ::setresgid(callerGid, callerGid, callerGid) != 0 ||
        ::setresuid(callerUid, callerUid, callerUid) != 0) {
        ::_exit(99);
    }
    ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0); // as after an exec
}

} // namespace

CallerProcess::CallerProcess(const std::function<void()>& before, const std::function<void()>& after) {
    int ready[2];
    if (::pipe2(ready, O_CLOEXEC) != 0) {
        throw std::runtime_error("cannot make a pipe");
    }
    pid_ = ::fork();
    if (pid_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        if (before) {
            before();
        }
        becomeCaller();
        ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        if (after) {
            after();
        }
        static_cast<void>(!::write(ready[1], "r", 1));
        for (;;) {
            ::pause();
        }
    }
    ::close(ready[1]);
    char byte = 0;
    const bool started = ::read(ready[0], &byte, 1) == 1;
    ::close(ready[0]);
    pidfd_.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
    if (!started || !pidfd_) {
        throw std::runtime_error("cannot start a caller");
    }
}

CallerProcess::~CallerProcess() {
    end();
}

void CallerProcess::end() {
    if (pid_ > 0) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = -1;
    }
}

int runAsCaller(const std::function<int()>& action) {
    const pid_t pid = ::fork();
    if (pid == 0) {
        becomeCaller();
        ::_exit(action());
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

} // namespace sandboxd::kernel_test
