// One record is one packet: sends and receives fixed records with their descriptors over SOCK_SEQPACKET. Never blocks
// longer than the socket does and never keeps a descriptor of a packet that it refuses.
#pragma once

#include "base/unique_fd.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

#include <cstddef>

namespace sandboxd::warden {

inline constexpr std::size_t maxRecordFds = 253; // SCM_MAX_FD, unix(7)

struct Packet {
    std::size_t size = 0; // of the packet, which may be larger than the buffer
    std::size_t fdCount = 0;
    bool truncated = false; // MSG_TRUNC or MSG_CTRUNC: parts are lost
    UniqueFd fds[maxRecordFds];
};

// Two connected sockets for records. False with errno.
bool makeSockets(UniqueFd& one, UniqueFd& other) noexcept;

enum class Received { packet, ended, failed };

// ended: the peer closed. A truncated packet is a packet: its descriptors are in it, to be closed.
Received receivePacket(int socket, void* buffer, std::size_t capacity, Packet& packet, int flags = 0) noexcept;

// True if the whole packet was sent; never raises SIGPIPE.
bool sendPacket(int socket, const void* record, std::size_t size, const int* fds, std::size_t fdCount) noexcept;

template <typename Record> bool sendRecord(int socket, const Record& record) noexcept {
    return sendPacket(socket, &record, sizeof record, nullptr, 0);
}

} // namespace sandboxd::warden
