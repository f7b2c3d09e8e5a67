#include "launch/spawner_link.hpp"

#include "base/error_text.hpp"
#include "base/quote.hpp"
#include "launch/packet.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>
#include <utility>
#include <vector>

namespace sandboxd::launch {

namespace {

Error unreachable(const std::string& path) {
    return {ErrorCode::setupFailed, "setup: cannot reach the spawner at " + quote(path)};
}

wire::ReserveRequest request(const Reservation& reservation) {
    wire::ReserveRequest record{};
    record.kind = wire::RecordKind::reserveRequest;
    record.uid = reservation.uid;
    record.owner = reservation.owner;
    record.pid = reservation.pid;
    std::memcpy(record.id, reservation.id.data(), std::min<std::size_t>(reservation.id.size(), wire::idLength));
    return record;
}

} // namespace

bool SpawnerLink::connect() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path_.size() >= sizeof address.sun_path) {
        return false;
    }
    std::memcpy(address.sun_path, path_.data(), path_.size());
    UniqueFd socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    // A full backlog is EAGAIN, not a wait.
    if (!socket || ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        return false;
    }
    socket_ = std::move(socket);
    watch_ = EventSource::watch(loop_, socket_.get(), EPOLLIN, [this](std::uint32_t) { read(); });
    return true;
}

void SpawnerLink::reserve(const Reservation& reservation, int pidfd, Answer answer) {
    const wire::ReserveRequest record = request(reservation);
    const int fds[] = {pidfd};
    bool sent = false;
    // A spawner that was restarted shows only when it is written to: the second try has a new connection.
    for (int attempt = 0; attempt < 2 && !sent; ++attempt) {
        sent = (socket_ || connect()) && sendRecord(socket_.get(), record, fds);
        if (!sent) {
            drop();
        }
    }
    (sent ? waiting_ : failed_)[reservation.id] = std::move(answer);
    if (!failed_.empty()) {
        failing_ = EventSource::soon(loop_, [this] { failAll(); });
    }
}

void SpawnerLink::read() {
    wire::ReserveReply reply{};
    std::vector<UniqueFd> fds;
    const Received received = receiveRecord(socket_.get(), reply, fds);
    if (received == Received::nothing) {
        return;
    }
    const std::size_t expected = reply.error == 0 ? 1 : 0;
    if (received == Received::end || reply.kind != wire::RecordKind::reserveReply || fds.size() != expected) {
        disconnect();
        return;
    }
    deliver(reply, fds.empty() ? UniqueFd() : std::move(fds.front()));
}

void SpawnerLink::deliver(const wire::ReserveReply& reply, UniqueFd socket) {
    const auto found = waiting_.find(std::string(reply.id, ::strnlen(reply.id, wire::idLength)));
    if (found == waiting_.end()) {
        return;
    }
    const Answer answer = std::move(found->second);
    waiting_.erase(found);
    if (reply.error != 0) {
        answer(Error{ErrorCode::setupFailed, "setup: reservation: the spawner refused: " + errorText(reply.error)});
    } else {
        answer(std::move(socket));
    }
}

// What was asked over a connection that broke is not asked again: the spawner may have forked already.
void SpawnerLink::drop() {
    watch_.reset();
    socket_.reset();
    failed_.merge(waiting_);
}

void SpawnerLink::failAll() {
    for (auto& [id, answer] : std::exchange(failed_, {})) {
        answer(unreachable(path_));
    }
}

void SpawnerLink::disconnect() {
    drop();
    failAll();
}

} // namespace sandboxd::launch
