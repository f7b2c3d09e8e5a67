#include "engine/native_payload.hpp"

#include "failure.hpp"
#include "payload_status.hpp"
#include "plan/warden_protocol.hpp"

#include <array>
#include <cerrno>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sandboxd::engine {

void reap(pid_t child) noexcept {
    while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
}

client::Result<void> NativePayload::kill(int signal) {
    if (::syscall(SYS_pidfd_send_signal, pidfd_.get(), signal, nullptr, 0) == 0 || errno == ESRCH) {
        return {};
    }
    return watch::failure("cannot send the signal", errno);
}

client::Result<client::ExitStatus> NativePayload::wait(int cancelFd) {
    for (;;) {
        std::array<pollfd, 2> entries{{{control_.get(), POLLIN, 0}, {cancelFd, POLLIN, 0}}};
        const int ready = ::poll(entries.data(), entries.size(), -1);
        if (ready < 0 && errno != EINTR) {
            return watch::failure("cannot wait for the sandbox", errno);
        }
        if (ready > 0 && entries[0].revents != 0) {
            reap(warden_);
            return readStatus();
        }
        if (ready > 0) {
            return client::Error{client::ErrorKind::cancelled, "", "cancelled", 0};
        }
    }
}

client::Result<client::ExitStatus> NativePayload::readStatus() const {
    wire::ExitStatus record{};
    const bool whole = ::pread(status_.get(), &record, sizeof record, 0) == ssize_t{sizeof record};
    const auto status = whole ? client::fromSiginfo(record.code, record.status) : std::nullopt;
    if (!status) {
        return client::Error{client::ErrorKind::other, "", "the sandbox's warden was killed", 0};
    }
    return *status;
}

} // namespace sandboxd::engine
