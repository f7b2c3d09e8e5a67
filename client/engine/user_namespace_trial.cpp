#include "engine/user_namespace_trial.hpp"

#include <cerrno>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sandboxd::engine {

namespace {

bool enter(int userNamespace) noexcept {
    return userNamespace < 0 || ::setns(userNamespace, CLONE_NEWUSER) == 0;
}

} // namespace

bool canMakeUserNamespace(const warden::Brought& brought) noexcept {
    const pid_t child = ::fork();
    if (child == 0) {
        const bool isThere = enter(brought.userNamespace) && enter(brought.laterUserNamespace);
        ::_exit(isThere && ::unshare(CLONE_NEWUSER) == 0 ? 0 : 1);
    }
    int status = 0;
    while (child > 0 && ::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return status == 0;
}

} // namespace sandboxd::engine
