#include "launch/packet.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace sandboxd::launch {

namespace {

constexpr std::size_t maxFds = 253; // SCM_MAX_FD, unix(7)
using ControlBuffer = std::array<std::byte, CMSG_SPACE(maxFds * sizeof(int))>;

void adoptFds(msghdr& message, std::vector<UniqueFd>& fds) {
    for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) {
            continue;
        }
        const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(part) + i * sizeof fd, sizeof fd);
            fds.emplace_back(fd);
        }
    }
}

} // namespace

bool sendPacket(int socket, std::span<const std::byte> record, std::span<const int> fds) {
    if (fds.size() > maxFds) {
        return false;
    }
    alignas(cmsghdr) ControlBuffer control{};
    iovec part{const_cast<std::byte*>(record.data()), record.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (!fds.empty()) {
        message.msg_control = control.data();
        message.msg_controllen = CMSG_SPACE(fds.size_bytes());
        cmsghdr* header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(fds.size_bytes());
        std::memcpy(CMSG_DATA(header), fds.data(), fds.size_bytes());
    }
    const ssize_t sent = ::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    return sent == static_cast<ssize_t>(record.size());
}

Received receivePacket(int socket, std::span<std::byte> record, std::vector<UniqueFd>& fds) {
    alignas(cmsghdr) ControlBuffer control{};
    iovec part{record.data(), record.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t size = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    if (size < 0) {
        return errno == EAGAIN || errno == EINTR ? Received::nothing : Received::end;
    }
    adoptFds(message, fds);
    const bool whole =
        size == static_cast<ssize_t>(record.size()) && (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0;
    return whole ? Received::packet : Received::end;
}

} // namespace sandboxd::launch
