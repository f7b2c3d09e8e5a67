// What the system bus and the services on it say of themselves: which of them answer, and what they know. Asks only,
// and never with a dialog; asking starts a service that the bus can start. For sandboxctl; no part of the public
// library.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sandboxd::client {

struct Service {
    bool answers = false;
    std::string version; // as it says itself; "" if it says none
    std::string error;   // why it does not answer
};

struct Unit {
    std::string name;
    std::string load;   // loaded, not-found, masked, …
    std::string active; // active, inactive, failed, …
    friend bool operator==(const Unit&, const Unit&) = default;
};

struct BusFacts {
    std::string error; // why there is no connection; "" if there is one. Without one nothing below is known
    std::optional<std::uint32_t> pid; // the bus daemon's
    // What the bus proves about a connection, seen on our own.
    bool givesProcessFd = false;
    bool givesLabel = false;
    Service polkit;
    Service daemon;
    std::optional<std::vector<std::string>> actions; // of ours; none: polkit does not tell
    std::vector<std::string> features;               // of the daemon
    std::optional<std::vector<Unit>> units;          // none: systemd does not tell, or was not asked
};

// `units`: names to ask systemd for; empty where systemd does not run.
[[nodiscard]] BusFacts gatherBusFacts(const std::vector<std::string>& units);

} // namespace sandboxd::client
