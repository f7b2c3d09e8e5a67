#include "warden/brought_pids.hpp"

#include "base/syscall.hpp"
#include "base/unique_fd.hpp"
#include "warden/proc_text.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

namespace sandboxd::warden {

namespace {

// What the one between has to say, in our numbers: it has our descriptor table.
struct Cloned {
    int error = ECHILD;
    int pidfd = -1;
};

// Returns in the new process only.
void cloneForParent(clone_args arguments, int answer) noexcept {
    Cloned cloned;
    arguments.flags |= CLONE_PARENT | CLONE_PIDFD;
    arguments.pidfd = reinterpret_cast<std::uintptr_t>(&cloned.pidfd);
    arguments.exit_signal = 0; // CLONE_PARENT: that of the one between
    const pid_t pid = sys::clone3(arguments);
    if (pid == 0) {
        return;
    }
    cloned.error = pid < 0 ? errno : 0;
    static_cast<void>(!::write(answer, &cloned, sizeof cloned)); // without it ECHILD stands
    ::_exit(0);
}

// By what the pidfd says to this process.
pid_t pidOf(int proc, int pidfd) noexcept {
    char path[40] = "self/fdinfo/";
    putNumber(path + std::strlen(path), static_cast<std::uint64_t>(pidfd));
    ProcText text;
    const char* field = readProc(proc, path, text) ? fieldOf(text, "Pid") : nullptr;
    std::int64_t number = 0;
    errno = ECHILD;
    return field != nullptr && takeNumber(field, number) && number > 0 ? static_cast<pid_t>(number) : -1;
}

void awaitEnd(pid_t child) noexcept {
    while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
}

} // namespace

pid_t cloneBelowBrought(const Host& host, clone_args arguments, int& pidfd) noexcept {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
        return -1;
    }
    const UniqueFd answer(ends[0]);
    const UniqueFd question(ends[1]);
    clone_args between{};
    between.flags = CLONE_FILES;
    between.exit_signal = SIGCHLD;
    const pid_t child = sys::clone3(between);
    if (child == 0) {
        cloneForParent(arguments, question.get());
        return 0;
    }
    if (child < 0) {
        return -1;
    }
    awaitEnd(child);
    Cloned cloned;
    static_cast<void>(!::read(answer.get(), &cloned, sizeof cloned));
    pidfd = cloned.pidfd;
    errno = cloned.error;
    return cloned.error == 0 ? pidOf(host.proc, pidfd) : -1;
}

} // namespace sandboxd::warden
