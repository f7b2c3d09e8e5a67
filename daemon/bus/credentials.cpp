#include "bus/credentials.hpp"

#include "bus/reader.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <ctime>
#include <utility>

namespace sandboxd::bus {

namespace {

constexpr const char* driver = "org.freedesktop.DBus";
constexpr const char* driverPath = "/org/freedesktop/DBus";
constexpr std::uint64_t waitUsec = 1'000'000;

// Only names that vanish (arg2 is the new owner), or births as well: those wake us for every program that connects.
constexpr const char* endsMatch = "type='signal',sender='org.freedesktop.DBus',path='/org/freedesktop/DBus',"
                                  "interface='org.freedesktop.DBus',member='NameOwnerChanged',arg2=''";
constexpr const char* allMatch = "type='signal',sender='org.freedesktop.DBus',path='/org/freedesktop/DBus',"
                                 "interface='org.freedesktop.DBus',member='NameOwnerChanged'";

// As the kernel counts the start of processes: field 22 of /proc/PID/stat.
std::uint64_t nowTicks() {
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    const auto perSecond = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
    const std::uint64_t nanosecondsOfTick = 1'000'000'000 / perSecond;
    return static_cast<std::uint64_t>(now.tv_sec) * perSecond +
           static_cast<std::uint64_t>(now.tv_nsec) / nanosecondsOfTick;
}

Result<std::vector<std::uint32_t>> readGroups(Reader& reader) {
    constexpr std::size_t most = 65536; // NGROUPS_MAX of Linux; the limit on groups is checked later
    std::vector<std::uint32_t> groups;
    auto read = reader.array("UnixGroupIDs", 'a', "u", most, [&](std::size_t) -> Result<void> {
        Result<std::uint32_t> group = reader.number("UnixGroupIDs");
        if (!group) {
            return std::move(group).error();
        }
        groups.push_back(group.value());
        return {};
    });
    return read ? Result<std::vector<std::uint32_t>>(std::move(groups)) : std::move(read).error();
}

// One key of the bus daemon's answer; what we do not know is passed over.
Result<void> readKey(Reader& reader, sd_bus_message* message, const std::string& key, Peer& peer, bool& hasUid) {
    if (key == "UnixUserID") {
        Result<std::uint32_t> uid = reader.number(key);
        hasUid = uid.ok();
        peer.uid = uid ? uid.value() : 0;
    } else if (key == "ProcessID") {
        Result<std::uint32_t> pid = reader.number(key);
        peer.pid = pid ? static_cast<std::int32_t>(pid.value()) : 0;
    } else if (key == "UnixGroupIDs") {
        Result<std::vector<std::uint32_t>> groups = readGroups(reader);
        peer.groups = groups ? std::move(groups).value() : std::vector<std::uint32_t>{};
    } else if (key == "LinuxSecurityLabel" && reader.type() == "ay") {
        Result<std::string> label = reader.bytes(key);
        peer.label = label ? label.value().substr(0, label.value().find('\0')) : "";
    } else if (key == "ProcessFD" && reader.type() == "h") {
        if (reader.fd(key)) {
            peer.pidfd.reset(::fcntl(reader.fds().back(), F_DUPFD_CLOEXEC, 3));
        }
    } else {
        sd_bus_message_skip(message, reader.type().c_str());
    }
    return {};
}

// False if the answer does not say who it is.
bool readPeer(sd_bus_message* message, Peer& peer) {
    Reader reader(message);
    bool hasUid = false;
    auto read = reader.dictionary("credentials",
                                  [&](const std::string& key) { return readKey(reader, message, key, peer, hasUid); });
    constexpr std::uint32_t uidCeiling = 1U << 31U; // polkit's uids are signed
    return read && hasUid && peer.pid > 0 && peer.uid < uidCeiling;
}

} // namespace

bool provesProcesses(sd_bus* bus) {
    const char* own = nullptr;
    sd_bus_message* reply = nullptr;
    if (sd_bus_get_unique_name(bus, &own) < 0 ||
        sd_bus_call_method(bus, driver, driverPath, driver, "GetConnectionCredentials", nullptr, &reply, "s", own) <
            0) {
        return false;
    }
    const MessagePointer replyOwner(reply);
    Peer self;
    return readPeer(reply, self) && self.pidfd;
}

Credentials::Credentials(sd_bus* bus, Gone gone) : bus_(bus), gone_(std::move(gone)) {
    sd_bus_slot* slot = nullptr;
    sd_bus_add_match(bus, &slot, provesProcesses(bus) ? endsMatch : allMatch, onOwnerChanged, this);
    match_.reset(slot);
    since_ = nowTicks(); // the bus has confirmed the match: it tells of every later birth
}

void Credentials::get(const std::string& name, Answer answer) {
    if (const auto known = peers_.find(name); known != peers_.end()) {
        answer(&known->second);
        return;
    }
    if (const auto asked = pending_.find(name); asked != pending_.end()) {
        asked->second->answers.push_back(std::move(answer));
        return;
    }
    auto pending = std::make_unique<Pending>(Pending{this, name, nullptr, {}});
    pending->answers.push_back(std::move(answer));
    sd_bus_slot* slot = nullptr;
    sd_bus_call_method_async(bus_, &slot, driver, driverPath, driver, "GetConnectionCredentials", onReply,
                             pending.get(), "s", name.c_str());
    pending->slot.reset(slot);
    pending_.emplace(name, std::move(pending));
}

int Credentials::onReply(sd_bus_message* message, void* pending, sd_bus_error* /*error*/) {
    auto& asked = *static_cast<Pending*>(pending);
    asked.self->take(asked, message);
    return 0;
}

void Credentials::take(Pending& pending, sd_bus_message* message) {
    const auto node = pending_.extract(pending.name); // keeps it alive for this call
    Peer peer;
    const bool known = sd_bus_message_is_method_error(message, nullptr) == 0 && readPeer(message, peer);
    const auto birth = births_.find(pending.name);
    peer.connectedTicks = birth == births_.end() ? since_ : birth->second;
    const auto entry = known ? peers_.emplace(pending.name, std::move(peer)).first : peers_.end();
    for (const Answer& answer : std::exchange(pending.answers, {})) {
        if (known) {
            answer(&entry->second);
        } else {
            answer(Error{ErrorCode::accessDenied, "caller: the bus daemon does not say who it is"});
        }
    }
}

int Credentials::onOwnerChanged(sd_bus_message* message, void* self, sd_bus_error* /*error*/) {
    auto& credentials = *static_cast<Credentials*>(self);
    const char* name = nullptr;
    const char* before = nullptr;
    const char* after = nullptr;
    if (sd_bus_message_read(message, "sss", &name, &before, &after) <= 0) {
        return 0;
    }
    if (*after == '\0') {
        credentials.takeEnd(name);
    } else if (*before == '\0') {
        credentials.takeBirth(name);
    }
    return 0;
}

// The bus tells in the order of what happens: no call of this connection has been read before.
void Credentials::takeBirth(const char* name) {
    if (*name == ':') {
        births_.emplace(name, nowTicks());
    }
}

void Credentials::takeEnd(const char* name) {
    births_.erase(name);
    if (peers_.erase(name) > 0) {
        gone_(name);
    }
}

std::optional<std::uint32_t> Credentials::uidNow(const std::string& name) {
    if (const auto known = peers_.find(name); known != peers_.end()) {
        return known->second.uid;
    }
    sd_bus_message* call = nullptr;
    if (sd_bus_message_new_method_call(bus_, &call, driver, driverPath, driver, "GetConnectionUnixUser") < 0) {
        return std::nullopt;
    }
    const MessagePointer callOwner(call);
    sd_bus_message* reply = nullptr;
    if (sd_bus_message_append_basic(call, 's', name.c_str()) < 0 ||
        sd_bus_call(bus_, call, waitUsec, nullptr, &reply) < 0) {
        return std::nullopt;
    }
    const MessagePointer replyOwner(reply);
    std::uint32_t uid = 0;
    return sd_bus_message_read_basic(reply, 'u', &uid) > 0 ? std::optional(uid) : std::nullopt;
}

} // namespace sandboxd::bus
