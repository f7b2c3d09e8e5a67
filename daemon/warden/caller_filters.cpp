#include "warden/caller_filters.hpp"

#include "warden/confine.hpp"

#include <sys/mman.h>
#include <unistd.h>

namespace sandboxd::warden {

namespace {

constexpr std::size_t mostBytes = wire::maxFilterLength * sizeof(sock_filter);

// 0, or an errno; EBADMSG for what has no filter's size. The memory stays until exec.
int readFilter(int fd, wire::View<sock_filter>& filter) noexcept {
    // One byte more, so that too long shows.
    void* memory = ::mmap(nullptr, mostBytes + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        return errno;
    }
    std::size_t size = 0;
    while (size <= mostBytes) {
        const ssize_t part = ::read(fd, static_cast<char*>(memory) + size, mostBytes + 1 - size);
        if (part < 0) {
            return errno;
        }
        if (part == 0) {
            break;
        }
        size += static_cast<std::size_t>(part);
    }
    if (size == 0 || size > mostBytes || size % sizeof(sock_filter) != 0) {
        return EBADMSG;
    }
    filter = {static_cast<const sock_filter*>(memory), static_cast<std::uint32_t>(size / sizeof(sock_filter))};
    return 0;
}

} // namespace

Failure CallerFilters::read(const Launch& launch) noexcept {
    for (const std::uint32_t index : launch.plan.callerFilters()) {
        if (const int error = readFilter(launch.fds[index].get(), filters_[count_])) {
            return failedWith(error, SetupStep::callerFilter, count_);
        }
        ++count_;
    }
    return success;
}

Failure CallerFilters::install() const noexcept {
    for (std::uint32_t i = 0; i < count_; ++i) {
        if (!installFilter(filters_[i])) {
            return failed(SetupStep::callerFilter, i);
        }
    }
    return success;
}

} // namespace sandboxd::warden
