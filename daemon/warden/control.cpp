#include "warden/control.hpp"

namespace sandboxd::warden {

namespace {

bool isLaunch(const ControlRecord& record, const Packet& packet) noexcept {
    return packet.fdCount > 0 && packet.fdCount - 1 == record.launch.fdCount;
}

bool isOrder(const ControlRecord& record, const Packet& packet) noexcept {
    const wire::Order& order = record.order;
    const bool signal = order.order == wire::OrderKind::signalLeader && order.signal > 0 && order.signal <= 64;
    return packet.fdCount == 0 && order.reserved == 0 && (signal || order.order == wire::OrderKind::end);
}

struct Accepted {
    State state;
    wire::RecordKind kind;
    std::size_t size;
    bool (*check)(const ControlRecord&, const Packet&) noexcept;
};

constexpr Accepted accepted[] = {
    {State::reserved, wire::RecordKind::launch, sizeof(wire::Launch), isLaunch},
    {State::running, wire::RecordKind::order, sizeof(wire::Order), isOrder},
};

} // namespace

bool receiveControl(int socket, State state, ControlRecord& record, Packet& packet) noexcept {
    record = {};
    if (receivePacket(socket, &record, sizeof record, packet) != Received::packet || packet.truncated) {
        return false;
    }
    for (const Accepted& row : accepted) {
        if (row.state == state && row.kind == record.kind && row.size == packet.size) {
            return row.check(record, packet);
        }
    }
    return false;
}

} // namespace sandboxd::warden
