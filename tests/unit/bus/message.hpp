// Messages of the bus library without a bus: written, sealed and rewound, as they would arrive.
#pragma once

#include <systemd/sd-bus.h>

#include <functional>
#include <memory>

namespace sandboxd::bus {

struct ReleaseMessage {
    void operator()(sd_bus_message* message) const noexcept { sd_bus_message_unref(message); }
};
using Message = std::unique_ptr<sd_bus_message, ReleaseMessage>;

Message written(const std::function<void(sd_bus_message*)>& write);

} // namespace sandboxd::bus
