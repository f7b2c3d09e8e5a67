#include "warden/assign_descriptors.hpp"

#include <sys/socket.h>

#include <utility>

namespace sandboxd::warden {

namespace {

constexpr wire::FdNumber highestNumber = 252; // as in `fds`

bool hasOption(int fd, int option, int wanted) noexcept {
    int value = 0;
    socklen_t size = sizeof value;
    return ::getsockopt(fd, SOL_SOCKET, option, &value, &size) == 0 && value == wanted;
}

// A local one answers from memory; any other kind may belong to a driver or server of the caller's.
bool isLocalSocket(int fd) noexcept {
    return hasOption(fd, SO_DOMAIN, AF_UNIX) && hasOption(fd, SO_TYPE, SOCK_SEQPACKET);
}

bool isTaken(const Launch& launch, wire::FdNumber number) noexcept {
    for (std::uint32_t i = 0; i < launch.assignedCount; ++i) {
        if (launch.assigned[i].number == number) {
            return true;
        }
    }
    return false;
}

Failure adopt(Launch& launch, wire::FdNumber number, UniqueFd fd) noexcept {
    if (number > highestNumber || isTaken(launch, number)) {
        return failedWith(EBADF, SetupStep::moreFds);
    }
    if (launch.fdCount == wire::maxPayloadFds || launch.assignedCount == wire::maxPayloadFds) {
        return failedWith(EMFILE, SetupStep::moreFds);
    }
    launch.assigned[launch.assignedCount++] = {number, launch.fdCount};
    launch.fds[launch.fdCount++] = std::move(fd);
    return success;
}

Failure adoptAll(Launch& launch, const wire::FdNumber* numbers, Packet& packet) noexcept {
    if (packet.truncated && packet.size <= sizeof(wire::FdNumber) * wire::maxFdNumbers) {
        return failedWith(EACCES, SetupStep::moreFds);
    }
    if (packet.fdCount == 0 || packet.size != packet.fdCount * sizeof(wire::FdNumber)) {
        return failedWith(EBADMSG, SetupStep::moreFds);
    }
    for (std::size_t i = 0; i < packet.fdCount; ++i) {
        if (const Failure failure = adopt(launch, numbers[i], std::move(packet.fds[i]))) {
            return failure;
        }
    }
    return success;
}

// All that is there: what the caller sends after its request is not waited for.
Failure receiveMore(Launch& launch, int socket) noexcept {
    for (;;) {
        wire::FdNumber numbers[wire::maxFdNumbers];
        Packet packet;
        const Received received = receivePacket(socket, numbers, sizeof numbers, packet, MSG_DONTWAIT);
        if (received == Received::ended || (received == Received::failed && errno == EAGAIN)) {
            return success;
        }
        if (received == Received::failed) {
            return failed(SetupStep::moreFds);
        }
        if (const Failure failure = adoptAll(launch, numbers, packet)) {
            return failure;
        }
    }
}

} // namespace

Failure assignDescriptors(Launch& launch) noexcept {
    for (const wire::FdAssignment& fd : launch.plan.fds()) {
        launch.assigned[launch.assignedCount++] = fd;
    }
    const int socket = launch.fd(launch.plan.header().fdSocket);
    if (socket < 0) {
        return success;
    }
    return isLocalSocket(socket) ? receiveMore(launch, socket) : failedWith(ENOTSOCK, SetupStep::moreFds);
}

} // namespace sandboxd::warden
