// What may be a lifeline: something whose other end shows when it is closed.
#pragma once

#include <fcntl.h>
#include <sys/socket.h>

namespace sandboxd {

// A pipe, or a socket with a peer: datagram sockets never hang up. Neither call asks the file's server: anything but
// these two could hang who polls it.
inline bool isLifeline(int fd) noexcept {
    int type = 0;
    socklen_t size = sizeof type;
    return ::fcntl(fd, F_GETPIPE_SZ) >= 0 || (::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
                                              (type == SOCK_STREAM || type == SOCK_SEQPACKET));
}

} // namespace sandboxd
