// Makes a sandbox of somebody else look like one that never was, where the bus library would tell them apart: it
// answers calls to objects that do not exist, and all introspection, without asking us.
#pragma once

#include "broker/registry.hpp"
#include "bus/access.hpp"

#include <systemd/sd-bus.h>

#include <memory>

namespace sandboxd::bus {

class HiddenObjects {
public:
    HiddenObjects(sd_bus* bus, broker::Registry& registry, Access& access);
    HiddenObjects(const HiddenObjects&) = delete;
    HiddenObjects& operator=(const HiddenObjects&) = delete;
    ~HiddenObjects() = default;

private:
    struct SlotUnref {
        void operator()(sd_bus_slot* slot) const noexcept { sd_bus_slot_unref(slot); }
    };

    static int onMessage(sd_bus_message* message, void* self, sd_bus_error* error);
    [[nodiscard]] bool isHidden(sd_bus_message* message);

    broker::Registry& registry_;
    Access& access_;
    std::unique_ptr<sd_bus_slot, SlotUnref> filter_;
};

} // namespace sandboxd::bus
