#include "warden/wait.hpp"

#include <poll.h>

#include <cerrno>
#include <climits>
#include <ctime>

namespace sandboxd::warden {

namespace {

std::uint64_t read(clockid_t clock) noexcept {
    timespec now{};
    ::clock_gettime(clock, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * usecPerSecond + static_cast<std::uint64_t>(now.tv_nsec) / 1000;
}

} // namespace

std::uint64_t monotonicUsec() noexcept {
    return read(CLOCK_MONOTONIC);
}
std::uint64_t realtimeUsec() noexcept {
    return read(CLOCK_REALTIME);
}

int pollTimeout(std::uint64_t deadline) noexcept {
    if (deadline == noDeadline) {
        return -1;
    }
    const std::uint64_t now = monotonicUsec();
    if (deadline <= now) {
        return 0;
    }
    const std::uint64_t milliseconds = (deadline - now + 999) / 1000;
    return milliseconds > INT_MAX ? INT_MAX : static_cast<int>(milliseconds);
}

bool waitReadable(int fd, std::uint64_t deadline) noexcept {
    pollfd entry{fd, POLLIN, 0};
    for (;;) {
        const int ready = ::poll(&entry, 1, pollTimeout(deadline));
        if (ready > 0) {
            return true;
        }
        if (ready == 0 || errno != EINTR) {
            return false;
        }
    }
}

} // namespace sandboxd::warden
