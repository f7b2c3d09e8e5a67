// Two ends of what connects the broker with a warden.
#pragma once

#include "base/unique_fd.hpp"

#include <sys/socket.h>

#include <array>
#include <stdexcept>

namespace sandboxd::launch {

struct SocketPair {
    SocketPair() {
        std::array<int, 2> ends{};
        if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) != 0) {
            throw std::runtime_error("socketpair");
        }
        ours.reset(ends[0]);
        theirs.reset(ends[1]);
    }
    UniqueFd ours;
    UniqueFd theirs;
};

} // namespace sandboxd::launch
