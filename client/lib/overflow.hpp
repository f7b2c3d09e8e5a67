// What a request has and one message does not carry: long arguments and environments in sealed memfds, the payload's
// descriptors in a socket.
#pragma once

#include "sandboxd/descriptor.hpp"
#include "sandboxd/result.hpp"
#include "sandboxd/spec.hpp"

#include <cstddef>
#include <vector>

namespace sandboxd::client {

// dbus-daemon disconnects whoever sends more.
inline constexpr std::size_t descriptorsPerMessage = 16;

// Empty descriptors: the message carries it.
struct Overflow {
    Descriptor arguments; // all but the first
    Descriptor environment;
    Descriptor descriptors;
};

// Those that a message must carry itself.
[[nodiscard]] std::vector<int> descriptorsBesidePayloads(const SpecFields& fields);

[[nodiscard]] Result<Overflow> takeOverflow(const SpecFields& fields);

} // namespace sandboxd::client
