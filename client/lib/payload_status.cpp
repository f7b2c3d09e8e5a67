#include "payload_status.hpp"

#include "errors.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

namespace sandboxd::client {
namespace {

// struct pidfd_info of linux/pidfd.h in its first size (6.13); headers of supported systems are older than that.
struct PidfdInfo {
    std::uint64_t mask;
    std::uint64_t cgroupId;
    std::array<std::uint32_t, 3> ids; // pid, tgid, ppid
    std::array<std::uint32_t, 8> credentials;
    std::int32_t exitCode; // 6.15, in what was padding: a wait status
};
static_assert(sizeof(PidfdInfo) == 64, "PIDFD_INFO_SIZE_VER0");

constexpr std::uint64_t infoExit = 1U << 3U; // PIDFD_INFO_EXIT

// Asking for what a kernel does not know is no error; the mask of the answer lacks it.
std::optional<PidfdInfo> readInfo(int pidfd) {
    PidfdInfo info{};
    info.mask = infoExit;
    constexpr auto getInfo = _IOWR(0xFFU, 11, PidfdInfo); // PIDFD_GET_INFO
    if (::ioctl(pidfd, getInfo, &info) < 0) {
        return std::nullopt;
    }
    return info;
}

// POLLIN: it has ended. POLLHUP (always reported): it has been reaped, too.
Result<void> awaitEvents(int pidfd, short events, int cancelFd) {
    for (;;) {
        std::array<pollfd, 2> fds{{{pidfd, events, 0}, {cancelFd, POLLIN, 0}}};
        const int ready = ::poll(fds.data(), fds.size(), -1);
        if (ready < 0 && errno != EINTR) {
            return systemError(ErrorKind::other, "cannot wait for the sandbox", errno);
        }
        if (ready > 0 && fds[0].revents != 0) {
            return {};
        }
        if (ready > 0) {
            return localError(ErrorKind::cancelled, "cancelled");
        }
    }
}

} // namespace

ExitStatus fromWaitStatus(int status) noexcept {
    if (WIFSIGNALED(status)) {
        return {true, WTERMSIG(status), WCOREDUMP(status) != 0};
    }
    return {false, WEXITSTATUS(status), false};
}

std::optional<ExitStatus> fromSiginfo(std::int32_t code, std::int32_t status) noexcept {
    switch (code) {
    case CLD_EXITED:
        return ExitStatus{false, status, false};
    case CLD_KILLED:
        return ExitStatus{true, status, false};
    case CLD_DUMPED:
        return ExitStatus{true, status, true};
    default:
        return std::nullopt;
    }
}

Result<std::optional<ExitStatus>> awaitByPidfd(int pidfd, int cancelFd) {
    if (auto ended = awaitEvents(pidfd, POLLIN, cancelFd); !ended) {
        return std::move(ended).error();
    }
    std::optional<PidfdInfo> info = readInfo(pidfd);
    if (info && (info->mask & infoExit) == 0) {
        // Not reaped yet: the status is there when it is. POLLHUP on pidfds (6.9) is older than this ioctl.
        if (auto reaped = awaitEvents(pidfd, 0, cancelFd); !reaped) {
            return std::move(reaped).error();
        }
        info = readInfo(pidfd);
    }
    if (!info || (info->mask & infoExit) == 0) {
        return std::optional<ExitStatus>();
    }
    return std::optional<ExitStatus>(fromWaitStatus(info->exitCode));
}

} // namespace sandboxd::client
