// One record with its descriptors over a SOCK_SEQPACKET socket, never blocking.
#pragma once

#include "base/unique_fd.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace sandboxd::launch {

enum class Received {
    packet,
    nothing, // EAGAIN
    end,     // the other side is gone, or the packet is not of the expected size
};

// True if the whole packet was taken by the kernel. `fds` are duplicated into the packet; the caller's stay open.
bool sendPacket(int socket, std::span<const std::byte> record, std::span<const int> fds);

// Fills exactly `record`. A packet of another size, or one whose descriptors were cut off, counts as the end.
Received receivePacket(int socket, std::span<std::byte> record, std::vector<UniqueFd>& fds);

template <typename Record> bool sendRecord(int socket, const Record& record, std::span<const int> fds = {}) {
    return sendPacket(socket, std::as_bytes(std::span(&record, 1)), fds);
}

template <typename Record> Received receiveRecord(int socket, Record& record, std::vector<UniqueFd>& fds) {
    return receivePacket(socket, std::as_writable_bytes(std::span(&record, 1)), fds);
}

} // namespace sandboxd::launch
