// All descriptors that the values of a message name, whatever its shape.
#pragma once

#include <systemd/sd-bus.h>

#include <vector>

namespace sandboxd::bus {

// By the signature alone.
[[nodiscard]] bool mayHoldFds(sd_bus_message* message);

// Borrowed from the message, which may stand anywhere and stands at its beginning afterwards. A descriptor that no
// value names cannot be seen.
[[nodiscard]] std::vector<int> fdsOf(sd_bus_message* message);

} // namespace sandboxd::bus
