// What a D-Bus client does, on raw sd-bus. Everything received is kept in the order of its arrival.
#pragma once

#include "base/unique_fd.hpp"
#include "spawn_request.hpp"
#include "user_process.hpp"

#include <systemd/sd-bus.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace sandboxd::bus_tests {

struct ReleaseMessage {
    void operator()(sd_bus_message* message) const noexcept { sd_bus_message_unref(message); }
};
using Message = std::unique_ptr<sd_bus_message, ReleaseMessage>;

// An answer: `error` empty, or the error's name and message.
struct Reply {
    Message message;
    std::string error;
    std::string errorMessage;
    [[nodiscard]] bool ok() const noexcept { return error.empty(); }
};

struct Spawned {
    std::string error; // name without "org.sandboxd1.Error." or "org.freedesktop.DBus.Error."
    std::string errorMessage;
    std::string path;
    std::string id;
    UniqueFd pidfd;
    std::map<std::string, std::string> results; // the string ones
};

// How a sandbox ended, by Wait.
struct Ended {
    std::string error;
    int code = 0;
    int status = 0;
    std::string result;
};

// One connection to the system bus. Throws std::runtime_error when the bus fails or nothing comes in time.
class Connection {
public:
    Connection();
    // Over a socket that is connected to the bus daemon but has said nothing yet. Who connected it is who the bus
    // knows.
    explicit Connection(UniqueFd socket);

    // A method call of ours, ready to be filled: Manager unless said otherwise.
    [[nodiscard]] Message method(const std::string& member, const std::string& path = managerPath,
                                 const std::string& interface = managerInterface) const;
    Reply call(Message message);
    // The two halves of call().
    std::uint64_t send(Message message);
    Reply awaitReply(std::uint64_t cookie);

    std::uint64_t sendSpawn(const SpawnRequest& request);
    Spawned awaitSpawn(std::uint64_t cookie);
    Spawned spawn(const SpawnRequest& request);

    Ended wait(const std::string& path, std::uint64_t timeoutUsec = 0);
    std::string kill(const std::string& path, const std::string& whom, int signal); // error or ""
    Reply property(const std::string& path, const std::string& interface, const std::string& name);
    std::string textProperty(const std::string& path, const std::string& interface, const std::string& name);

    // The next message that `wanted` accepts, among those received and to come; the others are kept.
    Message receive(const std::string& what, const std::function<bool(sd_bus_message*)>& wanted,
                    int patience = patienceMs);
    Message awaitSignal(const std::string& member, const std::string& path = "");
    // "member path" of all signals from sandboxd that arrived so far and were not taken; a round trip comes first, so
    // that whatever was sent before is here.
    std::vector<std::string> signalsSoFar();
    // Whether such a message has arrived and was not taken.
    bool holds(const std::function<bool(sd_bus_message*)>& wanted) const;
    void addMatch(const std::string& rule);

    [[nodiscard]] std::string uniqueName() const;
    [[nodiscard]] sd_bus* raw() const noexcept { return bus_.get(); }
    // True when the bus daemon has closed this connection.
    bool closedByBus();

    static inline const std::string managerPath = "/org/sandboxd1";
    static inline const std::string managerInterface = "org.sandboxd1.Manager";
    static inline const std::string sandboxInterface = "org.sandboxd1.Sandbox";

private:
    bool pump(); // one step; false when there was nothing to do

    struct Release {
        void operator()(sd_bus* bus) const noexcept { sd_bus_flush_close_unref(bus); }
    };
    std::unique_ptr<sd_bus, Release> bus_;
    std::deque<Message> inbox_;
};

// Connects `socket` (AF_UNIX, SOCK_STREAM) to the system bus.
void connectToBus(int socket);

// The error's name without our prefix or the standard one.
std::string shortError(const std::string& name);

// A pipe whose ends go where the test wants them; read() takes everything until its end.
struct Pipe {
    Pipe();
    UniqueFd readEnd;
    UniqueFd writeEnd;
    std::string read(); // closes our write end first
};

} // namespace sandboxd::bus_tests
