#include "warden/descendants.hpp"

#include "base/unique_fd.hpp"
#include "warden/proc_text.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace sandboxd::warden {

namespace {

// As many as one read brings: the others' turn comes when these are gone. CAP_KILL: they have the caller's uid. Each
// number is followed by a blank (proc(5)), so that one which is cut off is left out. False: they cannot be listed.
bool killChildren(int proc) noexcept {
    char text[4096];
    const UniqueFd file(::openat(proc, "thread-self/children", O_RDONLY | O_CLOEXEC));
    const ssize_t size = file ? ::read(file.get(), text, sizeof text - 1) : -1;
    if (size < 0) {
        return false;
    }
    text[size] = '\0';
    const char* cursor = text;
    for (std::int64_t pid = 0; takeNumber(cursor, pid) && cursor[-1] == ' ';) {
        ::kill(static_cast<pid_t>(pid), SIGKILL);
    }
    return true;
}

// False: there is no child.
bool awaitOne() noexcept {
    return ::waitpid(-1, nullptr, 0) > 0 || errno == EINTR;
}

} // namespace

bool adoptDescendants() noexcept {
    return ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0;
}

UniqueFd watchDescendants() noexcept {
    sigset_t children;
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    if (::sigprocmask(SIG_BLOCK, &children, nullptr) != 0) {
        return UniqueFd();
    }
    return UniqueFd(::signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK));
}

void reapDescendants(int events, const KnownChildren& known) noexcept {
    signalfd_siginfo signal{};
    while (::read(events, &signal, sizeof signal) > 0) {
    }
    for (;;) {
        siginfo_t info{};
        if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0 ||
            info.si_pid == known.payload || info.si_pid == known.init || info.si_pid == known.builder) {
            return;
        }
        ::waitpid(info.si_pid, nullptr, 0);
    }
}

void awaitDescendants() noexcept {
    while (awaitOne()) {
    }
}

void endDescendants(int proc) noexcept {
    while (killChildren(proc) && awaitOne()) {
    }
}

} // namespace sandboxd::warden
