#include "exit_status.hpp"

#include <cerrno>

namespace sandboxd::ctl {

int exitStatusOf(const client::Error& error) noexcept {
    if (error.kind != client::ErrorKind::execFailed) {
        return ownFailure;
    }
    return error.errorNumber == ENOENT ? notFound : notExecutable;
}

} // namespace sandboxd::ctl
