#include "bus/hidden_objects.hpp"

#include "authority/sdbus_versions.hpp"
#include "bus/sandbox_object.hpp"

#include <string>
#include <string_view>

namespace sandboxd::bus {

HiddenObjects::HiddenObjects(sd_bus* bus, broker::Registry& registry, Access& access)
    : registry_(registry), access_(access) {
    sd_bus_slot* slot = nullptr;
    if (const int result = sd_bus_add_filter(bus, &slot, onMessage, this); result < 0) {
        throw busError("org.freedesktop.DBus.Error.Failed", "cannot filter messages");
    }
    filter_.reset(slot);
}

bool HiddenObjects::isHidden(sd_bus_message* message) {
    const char* path = sd_bus_message_get_path(message);
    const std::string prefix = objectPathOf("");
    if (path == nullptr || !std::string_view(path).starts_with(prefix)) {
        return false;
    }
    const broker::Sandbox* sandbox = registry_.find(path + prefix.size());
    if (sandbox == nullptr) {
        return true;
    }
    // Everything else of an existing sandbox asks for its owner where it is served.
    const char* sender = sd_bus_message_get_sender(message);
    return sd_bus_message_is_method_call(message, "org.freedesktop.DBus.Introspectable", nullptr) > 0 &&
           !access_.isOwner(sandbox->facts().uid, sender != nullptr ? sender : "");
}

int HiddenObjects::onMessage(sd_bus_message* message, void* self, sd_bus_error* /*error*/) {
    auto* hidden = static_cast<HiddenObjects*>(self);
    hidden->access_.receive(message); // the filter sees every message before anybody else
    if (sd_bus_message_is_method_call(message, nullptr, nullptr) <= 0 || !hidden->isHidden(message)) {
        return 0;
    }
    hidden->access_.adopt(message)->fail(noSuchSandbox());
    return 1;
}

} // namespace sandboxd::bus
