// Who a connection is, by the bus daemon's word alone; asked once for each unique name and kept until it vanishes.
#pragma once

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "bus/incoming_call.hpp"

#include <systemd/sd-bus.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sandboxd::bus {

struct Peer {
    std::uint32_t uid = 0;
    std::vector<std::uint32_t> groups;
    std::int32_t pid = 0;
    std::string label; // of the LSM that the bus asked when it connected; "" where it tells none
    UniqueFd pidfd;    // of the process that connected, where the bus proves it (ProcessFD, dbus 1.16)
    // The name was there at this time, in clock ticks since boot: what started later did not connect.
    std::uint64_t connectedTicks = 0;
};

// Whether this bus says by a pidfd who connected. Waits for its answer; for use before the loop runs.
[[nodiscard]] bool provesProcesses(sd_bus* bus);

class Credentials {
public:
    using Answer = std::function<void(Result<const Peer*>)>; // the Peer is valid during the call
    using Gone = std::function<void(const std::string& name)>;

    // `gone` is called when a name that was asked for has left the bus.
    Credentials(sd_bus* bus, Gone gone);
    Credentials(const Credentials&) = delete;
    Credentials& operator=(const Credentials&) = delete;
    ~Credentials() = default;

    // At once if it is known, else when the bus daemon has answered. AccessDenied for a name that is gone.
    void get(const std::string& name, Answer answer);

    // For property getters, which cannot answer later: the one call of ours that waits, for the bus daemon only and for
    // at most a second. nullopt: unknown.
    [[nodiscard]] std::optional<std::uint32_t> uidNow(const std::string& name);

private:
    struct SlotUnref {
        void operator()(sd_bus_slot* slot) const noexcept { sd_bus_slot_unref(slot); }
    };
    using Slot = std::unique_ptr<sd_bus_slot, SlotUnref>;

    struct Pending {
        Credentials* self;
        std::string name;
        Slot slot;
        std::vector<Answer> answers;
    };

    static int onReply(sd_bus_message* message, void* pending, sd_bus_error* error);
    static int onOwnerChanged(sd_bus_message* message, void* self, sd_bus_error* error);
    void take(Pending& pending, sd_bus_message* message);
    void takeBirth(const char* name);
    void takeEnd(const char* name);

    sd_bus* bus_;
    Gone gone_;
    std::map<std::string, Peer> peers_;
    std::map<std::string, std::unique_ptr<Pending>> pending_;
    std::map<std::string, std::uint64_t> births_; // unique name -> clock ticks; empty where the bus proves processes
    std::uint64_t since_ = 0;                     // names without a birth are older than this
    Slot match_;
};

} // namespace sandboxd::bus
