#include "warden/descriptors.hpp"

#include "base/syscall.hpp"
#include "warden/process.hpp"

namespace sandboxd::warden {

namespace {

constexpr unsigned stdioCount = 3;

int firstFreeNumber(const Launch& launch) noexcept {
    unsigned first = stdioCount;
    for (std::uint32_t i = 0; i < launch.assignedCount; ++i) {
        const unsigned number = launch.assigned[i].number;
        first = number < first ? first : number + 1;
    }
    return static_cast<int>(first);
}

// Above every number that will be assigned, so that no assignment overwrites a source.
bool moveUp(int& fd, int least) noexcept {
    const int moved = ::fcntl(fd, F_DUPFD_CLOEXEC, least);
    fd = moved >= 0 ? moved : fd; // the report must still find its way
    return moved >= 0;
}

bool moveUp(OwnDescriptors& own, int least) noexcept {
    for (int* fd : {&own.report, &own.info, &own.status, &own.block, &own.proc}) {
        if (*fd >= 0 && !moveUp(*fd, least)) {
            return false;
        }
    }
    return true;
}

} // namespace

Failure placeDescriptors(const Launch& launch, int devNull, OwnDescriptors& own) noexcept {
    const int least = firstFreeNumber(launch);
    int sources[wire::maxPayloadFds];
    for (std::uint32_t i = 0; i < launch.assignedCount; ++i) {
        sources[i] = launch.fds[launch.assigned[i].index].get();
        if (!moveUp(sources[i], least)) {
            return failed(SetupStep::descriptors);
        }
    }
    if (!moveUp(devNull, least) || !moveUp(own, least)) {
        return failed(SetupStep::descriptors);
    }
    sys::closeRange(0, static_cast<unsigned>(least) - 1);
    for (std::uint32_t i = 0; i < launch.assignedCount; ++i) {
        if (::dup3(sources[i], static_cast<int>(launch.assigned[i].number), 0) < 0) {
            return failed(SetupStep::descriptors);
        }
    }
    for (unsigned number = 0; number < stdioCount; ++number) {
        const int fd = static_cast<int>(number);
        if (::fcntl(fd, F_GETFD) < 0 && ::dup3(devNull, fd, 0) < 0) {
            return failed(SetupStep::descriptors);
        }
    }
    int keep[] = {own.report, own.info, own.status, own.block, own.proc};
    closeFrom(static_cast<unsigned>(least), keep, sizeof keep / sizeof keep[0]);
    return success;
}

} // namespace sandboxd::warden
