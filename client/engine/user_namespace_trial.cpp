#include "engine/user_namespace_trial.hpp"

#include <cerrno>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sandboxd::engine {

bool canMakeUserNamespace() noexcept {
    const pid_t child = ::fork();
    if (child == 0) {
        ::_exit(::unshare(CLONE_NEWUSER) == 0 ? 0 : 1);
    }
    int status = 0;
    while (child > 0 && ::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return status == 0;
}

} // namespace sandboxd::engine
