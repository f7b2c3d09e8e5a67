#include "warden/record_socket.hpp"

#include <cerrno>
#include <cstring>

namespace sandboxd::warden {

namespace {

union Control {
    cmsghdr align;
    char bytes[CMSG_SPACE(sizeof(int) * maxRecordFds)];
};

// More than SCM_RIGHTS cannot come: no other option is on for our sockets. Whatever comes is adopted, so that nothing
// leaks.
void adoptFds(msghdr& message, Packet& packet) noexcept {
    for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) {
            continue;
        }
        const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count && packet.fdCount < maxRecordFds; ++i) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(part) + i * sizeof fd, sizeof fd);
            packet.fds[packet.fdCount++].reset(fd);
        }
    }
}

} // namespace

bool makeSockets(UniqueFd& one, UniqueFd& other) noexcept {
    int pair[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
        return false;
    }
    one.reset(pair[0]);
    other.reset(pair[1]);
    return true;
}

Received receivePacket(int socket, void* buffer, std::size_t capacity, Packet& packet, int flags) noexcept {
    iovec part{buffer, capacity};
    Control control;
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof control.bytes;
    // ECONNRESET comes once, when the peer has closed and left something of ours unread; what it sent before that is
    // still there to be read.
    ssize_t size = 0;
    do {
        size = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_TRUNC | flags);
    } while (size < 0 && (errno == EINTR || errno == ECONNRESET));
    if (size < 0) {
        return Received::failed;
    }
    packet.size = static_cast<std::size_t>(size);
    packet.truncated = (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0;
    adoptFds(message, packet);
    return size == 0 && packet.fdCount == 0 ? Received::ended : Received::packet;
}

bool sendPacket(int socket, const void* record, std::size_t size, const int* fds, std::size_t fdCount) noexcept {
    iovec part{const_cast<void*>(record), size};
    Control control{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (fdCount > 0) {
        message.msg_control = control.bytes;
        message.msg_controllen = CMSG_SPACE(sizeof(int) * fdCount);
        cmsghdr* header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int) * fdCount);
        std::memcpy(CMSG_DATA(header), fds, sizeof(int) * fdCount);
    }
    ssize_t sent = 0;
    do {
        sent = ::sendmsg(socket, &message, MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent >= 0 && static_cast<std::size_t>(sent) == size;
}

} // namespace sandboxd::warden
