#include "trials.hpp"

#include "payload_status.hpp"

#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sandboxd::ctl::doctor {

bool tryPidfdExit() {
    const pid_t child = ::fork();
    if (child == 0) {
        ::_exit(0);
    }
    const client::Descriptor pidfd(child > 0 ? static_cast<int>(::syscall(SYS_pidfd_open, child, 0)) : -1);
    if (child > 0) {
        ::waitpid(child, nullptr, 0);
    }
    if (!pidfd) {
        return false;
    }
    const auto status = client::awaitByPidfd(pidfd.get(), -1);
    return status && status.value().has_value();
}

} // namespace sandboxd::ctl::doctor
