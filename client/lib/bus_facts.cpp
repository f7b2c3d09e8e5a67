#include "bus_facts.hpp"

#include "bus.hpp"
#include "errors.hpp"
#include "read_values.hpp"

#include <algorithm>

namespace sandboxd::client {
namespace {

// Longer than it takes to start any of these services, shorter than patience: libdbus's own default.
constexpr std::chrono::milliseconds answerTime{25'000};

constexpr const char* propertiesInterface = "org.freedesktop.DBus.Properties";

// An object of a service, with the one interface of it that is asked.
struct Object {
    const char* service;
    const char* path;
    const char* interface;
};

constexpr Object bus{"org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus"};
constexpr Object polkit{"org.freedesktop.PolicyKit1", "/org/freedesktop/PolicyKit1/Authority",
                        "org.freedesktop.PolicyKit1.Authority"};
constexpr Object systemd{"org.freedesktop.systemd1", "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager"};
constexpr Object manager{"org.sandboxd1", "/org/sandboxd1", "org.sandboxd1.Manager"};

template <typename Write>
Result<Message> ask(Bus& on, const Object& object, const char* interface, const char* member, Write write) {
    Message message(dbus_message_new_method_call(object.service, object.path, interface, member));
    if (!message) {
        return outOfMemory();
    }
    Writer writer(message.get());
    write(writer);
    return writer.ok() ? on.call(std::move(message), {}, answerTime) : outOfMemory();
}

// The keys of the a{sv} that a reply begins with, whatever their values are.
std::vector<std::string> keysOf(DBusMessage* reply) {
    std::vector<std::string> keys;
    Reader reader(reply);
    reader.array([&](Reader& list) { list.dictionaryEntry([&](Reader& entry) { keys.push_back(entry.text()); }); });
    return keys;
}

std::string textIn(const Values& values, const std::string& key) {
    const auto found = values.find(key);
    const auto* text = found == values.end() ? nullptr : std::get_if<std::string>(&found->second);
    return text != nullptr ? *text : "";
}

Service askVersion(Bus& on, const Object& object, const std::string& property) {
    const auto reply =
        ask(on, object, propertiesInterface, "GetAll", [&](Writer& call) { call.string(object.interface); });
    if (!reply) {
        return {false, "", reply.error().message.empty() ? reply.error().name : reply.error().message};
    }
    return {true, textIn(Reader(reply.value().get()).values(), property), ""};
}

std::vector<std::string> askFeatures(Bus& on) {
    const auto reply = ask(on, manager, propertiesInterface, "Get", [](Writer& call) {
        call.string(manager.interface);
        call.string("Features");
    });
    std::vector<std::string> features;
    if (reply) {
        Reader(reply.value().get()).variant([&](Reader& value) {
            value.array([&](Reader& list) { features.push_back(list.text()); });
        });
    }
    return features;
}

// Without a language polkit answers in the one of messages that it has for all.
std::optional<std::vector<std::string>> askActions(Bus& on) {
    const auto reply = ask(on, polkit, polkit.interface, "EnumerateActions", [](Writer& call) { call.string(""); });
    if (!reply) {
        return std::nullopt;
    }
    std::vector<std::string> ours;
    Reader(reply.value().get()).array([&](Reader& list) {
        list.structure([&](Reader& fields) {
            if (std::string id = fields.text(); id.starts_with("org.sandboxd1.")) {
                ours.push_back(std::move(id));
            }
        });
    });
    return ours;
}

Unit readUnit(Reader& list) {
    Unit unit;
    list.structure([&](Reader& fields) {
        unit.name = fields.text();
        (void)fields.text(); // its description
        unit.load = fields.text();
        unit.active = fields.text();
    });
    return unit;
}

std::optional<std::vector<Unit>> askUnits(Bus& on, const std::vector<std::string>& names) {
    if (names.empty()) {
        return std::nullopt;
    }
    const auto reply =
        ask(on, systemd, systemd.interface, "ListUnitsByNames", [&](Writer& call) { call.stringList(names); });
    if (!reply) {
        return std::nullopt;
    }
    std::vector<Unit> units;
    Reader(reply.value().get()).array([&](Reader& list) { units.push_back(readUnit(list)); });
    return units;
}

std::optional<std::uint32_t> askPid(Bus& on) {
    const auto reply =
        ask(on, bus, bus.interface, "GetConnectionUnixProcessID", [](Writer& call) { call.string(bus.service); });
    if (!reply) {
        return std::nullopt;
    }
    Reader reader(reply.value().get());
    const std::uint32_t pid = reader.uint32();
    return reader.ok() ? std::optional(pid) : std::nullopt;
}

void askProofs(Bus& on, const std::string& ownName, BusFacts& facts) {
    const auto reply =
        ask(on, bus, bus.interface, "GetConnectionCredentials", [&](Writer& call) { call.string(ownName); });
    if (!reply) {
        return;
    }
    const std::vector<std::string> keys = keysOf(reply.value().get());
    const auto has = [&](const char* key) { return std::find(keys.begin(), keys.end(), key) != keys.end(); };
    facts.givesProcessFd = has("ProcessFD");
    facts.givesLabel = has("LinuxSecurityLabel");
}

} // namespace

BusFacts gatherBusFacts(const std::vector<std::string>& units) {
    BusFacts facts;
    Result<Bus> opened = Bus::open();
    if (!opened) {
        facts.error = opened.error().message;
        return facts;
    }
    Bus& on = opened.value();
    const Result<std::string> ownName = on.uniqueName();
    if (!ownName) {
        facts.error = ownName.error().message;
        return facts;
    }
    facts.pid = askPid(on);
    askProofs(on, ownName.value(), facts);
    facts.polkit = askVersion(on, polkit, "BackendVersion");
    facts.daemon = askVersion(on, manager, "Version");
    if (facts.polkit.answers) {
        facts.actions = askActions(on);
    }
    if (facts.daemon.answers) {
        facts.features = askFeatures(on);
    }
    facts.units = askUnits(on, units);
    return facts;
}

} // namespace sandboxd::client
