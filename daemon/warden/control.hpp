// The control socket of a warden: a table of the records that each state accepts. Anything else ends the connection.
#pragma once

#include "plan/warden_protocol.hpp"
#include "warden/record_socket.hpp"

namespace sandboxd::warden {

enum class State { reserved, running };

union ControlRecord {
    wire::RecordKind kind;
    wire::Launch launch;
    wire::Order order;
};

// True: `record` and the descriptors in `packet` are one accepted record. False: end-of-file, an error, or a record
// that this state does not know; what came with it is in `packet`, to be closed.
bool receiveControl(int socket, State state, ControlRecord& record, Packet& packet) noexcept;

} // namespace sandboxd::warden
