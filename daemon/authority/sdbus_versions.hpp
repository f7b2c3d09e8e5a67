// What differs between sdbus-c++ 1.x and 2.x, in this one place: names of types, of registration, of errors in replies.
// Everything else of ours is written once for both.
#pragma once

#include <sdbus-c++/sdbus-c++.h>
#include <systemd/sd-bus.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sandboxd::bus {

#if __has_include(<sdbus-c++/VTableItems.h>)
inline constexpr int sdbusMajor = 2;
using CallError = std::optional<sdbus::Error>; // of a reply; false: it succeeded
using ServiceName = sdbus::ServiceName;
#else
inline constexpr int sdbusMajor = 1;
using CallError = const sdbus::Error*;
using ServiceName = std::string;
#endif

// The sd-bus message inside one of sdbus-c++'s: no version shows it, and the flags of a message, duplicate keys and
// descriptors that are not copied can be had from it only. Borrowed.
template <typename Message> [[nodiscard]] sd_bus_message* rawMessage(const Message& message) {
    struct Reach : sdbus::Message {
        static constexpr auto member() { return &Reach::msg_; }
    };
    const sdbus::Message& base = message;
    return static_cast<sd_bus_message*>(base.*Reach::member());
}

// The sd-bus connection inside sdbus-c++'s: for the loop, unicast signals and calls with a strict reader. Borrowed.
[[nodiscard]] inline sd_bus* rawBus(sdbus::IConnection& connection) {
    auto proxy =
        sdbus::createProxy(connection, ServiceName{"org.freedesktop.DBus"}, sdbus::ObjectPath{"/org/freedesktop/DBus"});
#if __has_include(<sdbus-c++/VTableItems.h>)
    const auto message =
        proxy->createMethodCall(sdbus::InterfaceName{"org.freedesktop.DBus"}, sdbus::MethodName{"GetId"});
#else
    const auto message = proxy->createMethodCall("org.freedesktop.DBus", "GetId");
#endif
    return sd_bus_message_get_bus(rawMessage(message));
}

struct Method {
    std::string name;
    std::string in;
    std::vector<std::string> inNames;
    std::string out;
    std::vector<std::string> outNames;
    std::function<void(sd_bus_message*)> handler; // replies itself, now or later
};

struct Property {
    std::string name;
    std::string signature;
    bool isConstant;
    std::function<void(sd_bus_message*)> getter; // appends to the reply; throws busError() to refuse
};

struct Signal {
    std::string name;
    std::string signature;
    std::vector<std::string> names;
};

// One interface of one object.
struct Interface {
    std::string name;
    std::vector<Method> methods;
    std::vector<Property> properties;
    std::vector<Signal> signals;
};

// Throws sdbus::Error if the bus library refuses.
void registerInterface(sdbus::IObject& object, Interface interface);

// What a getter may throw: any other exception would abort 1.x.
[[nodiscard]] sdbus::Error busError(const std::string& name, const std::string& message);

} // namespace sandboxd::bus
