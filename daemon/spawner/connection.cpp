#include "spawner/connection.hpp"

#include "warden/record_socket.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace sandboxd::spawner {

using warden::Packet;
using warden::Received;

bool isServed(int connection, uid_t served) noexcept {
    ucred peer{};
    socklen_t size = sizeof peer;
    return ::getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == served;
}

Incoming receiveRequest(int connection, wire::ReserveRequest& request, UniqueFd& pidfd) noexcept {
    Packet packet;
    const Received received = warden::receivePacket(connection, &request, sizeof request, packet, MSG_DONTWAIT);
    if (received == Received::failed && errno == EAGAIN) {
        return Incoming::nothing;
    }
    const bool valid = received == Received::packet && packet.size == sizeof request && !packet.truncated &&
                       packet.fdCount == 1 && request.kind == wire::RecordKind::reserveRequest && request.reserved == 0;
    if (!valid) {
        return Incoming::over;
    }
    pidfd = std::move(packet.fds[0]);
    return Incoming::request;
}

bool sendReply(int connection, const wire::ReserveRequest& request, int error, int control) noexcept {
    wire::ReserveReply reply{};
    reply.kind = wire::RecordKind::reserveReply;
    reply.error = error;
    std::memcpy(reply.id, request.id, sizeof reply.id);
    return warden::sendPacket(connection, &reply, sizeof reply, &control, error == 0 ? 1 : 0);
}

} // namespace sandboxd::spawner
