#include "bus_client.hpp"

#include "private_system.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <stdexcept>

namespace sandboxd::bus_tests {
namespace {

std::map<std::string, std::string> readTextDictionary(sd_bus_message* message) {
    std::map<std::string, std::string> result;
    must(sd_bus_message_enter_container(message, 'a', "{sv}"), "enter dictionary");
    while (must(sd_bus_message_enter_container(message, 'e', "sv"), "enter entry") > 0) {
        const char* key = nullptr;
        must(sd_bus_message_read(message, "s", &key), "key");
        if (must(sd_bus_message_verify_type(message, 'v', "s"), "type") > 0) {
            const char* value = nullptr;
            must(sd_bus_message_read(message, "v", "s", &value), "value");
            result[key] = value;
        } else {
            must(sd_bus_message_skip(message, "v"), "skip value");
        }
        must(sd_bus_message_exit_container(message), "exit entry");
    }
    must(sd_bus_message_exit_container(message), "exit dictionary");
    return result;
}

} // namespace

Connection::Connection() {
    sd_bus* bus = nullptr;
    must(sd_bus_open_system(&bus), "cannot connect to the system bus");
    bus_.reset(bus);
}

Connection::Connection(UniqueFd socket) {
    sd_bus* bus = nullptr;
    must(sd_bus_new(&bus), "new bus");
    bus_.reset(bus);
    const int fd = socket.release();
    must(sd_bus_set_fd(bus, fd, fd), "set socket");
    must(sd_bus_set_bus_client(bus, 1), "set client");
    must(sd_bus_start(bus), "cannot connect to the system bus");
}

Message Connection::method(const std::string& member, const std::string& path, const std::string& interface) const {
    sd_bus_message* message = nullptr;
    must(sd_bus_message_new_method_call(bus_.get(), &message, "org.sandboxd1", path.c_str(), interface.c_str(),
                                        member.c_str()),
         "new message");
    return Message(message);
}

std::uint64_t Connection::send(Message message) {
    std::uint64_t cookie = 0;
    must(sd_bus_send(bus_.get(), message.get(), &cookie), "send");
    return cookie;
}

Reply Connection::awaitReply(std::uint64_t cookie) {
    Reply reply;
    reply.message = receive("a reply", [cookie](sd_bus_message* message) {
        std::uint64_t answered = 0;
        return sd_bus_message_get_reply_cookie(message, &answered) >= 0 && answered == cookie;
    });
    if (const sd_bus_error* error = sd_bus_message_get_error(reply.message.get()); error != nullptr) {
        reply.error = error->name;
        reply.errorMessage = error->message == nullptr ? "" : error->message;
    }
    return reply;
}

Reply Connection::call(Message message) {
    return awaitReply(send(std::move(message)));
}

std::uint64_t Connection::sendSpawn(const SpawnRequest& request) {
    Message message = method("Spawn");
    appendSpawn(message.get(), request);
    const std::uint64_t cookie = send(std::move(message));
    must(sd_bus_flush(bus_.get()), "flush"); // whoever waits elsewhere for what this begins
    return cookie;
}

Spawned Connection::awaitSpawn(std::uint64_t cookie) {
    const Reply reply = awaitReply(cookie);
    Spawned spawned;
    spawned.error = shortError(reply.error);
    spawned.errorMessage = reply.errorMessage;
    if (!reply.ok()) {
        return spawned;
    }
    const char* path = nullptr;
    int pidfd = -1;
    must(sd_bus_message_read(reply.message.get(), "oh", &path, &pidfd), "read reply");
    spawned.path = path;
    spawned.pidfd = UniqueFd(fcntl(pidfd, F_DUPFD_CLOEXEC, 3));
    spawned.results = readTextDictionary(reply.message.get());
    spawned.id = spawned.results["id"];
    return spawned;
}

Spawned Connection::spawn(const SpawnRequest& request) {
    return awaitSpawn(sendSpawn(request));
}

Ended Connection::wait(const std::string& path, std::uint64_t timeoutUsec) {
    Message message = method("Wait", path, sandboxInterface);
    must(sd_bus_message_append(message.get(), "t", timeoutUsec), "append");
    const Reply reply = call(std::move(message));
    Ended ended;
    ended.error = shortError(reply.error);
    if (reply.ok()) {
        must(sd_bus_message_read(reply.message.get(), "ii", &ended.code, &ended.status), "read end");
        ended.result = readTextDictionary(reply.message.get())["result"];
    }
    return ended;
}

std::string Connection::kill(const std::string& path, const std::string& whom, int signal) {
    Message message = method("Kill", path, sandboxInterface);
    must(sd_bus_message_append(message.get(), "si", whom.c_str(), signal), "append");
    return shortError(call(std::move(message)).error);
}

Reply Connection::property(const std::string& path, const std::string& interface, const std::string& name) {
    Message message = method("Get", path, "org.freedesktop.DBus.Properties");
    must(sd_bus_message_append(message.get(), "ss", interface.c_str(), name.c_str()), "append");
    return call(std::move(message));
}

std::string Connection::textProperty(const std::string& path, const std::string& interface, const std::string& name) {
    const Reply reply = property(path, interface, name);
    if (!reply.ok()) {
        return "error: " + shortError(reply.error);
    }
    const char* value = nullptr;
    must(sd_bus_message_read(reply.message.get(), "v", "s", &value), "read property");
    return value;
}

bool Connection::pump() {
    sd_bus_message* message = nullptr;
    const int worked = must(sd_bus_process(bus_.get(), &message), "process");
    if (message != nullptr) {
        inbox_.emplace_back(message);
    }
    return worked > 0;
}

Message Connection::receive(const std::string& what, const std::function<bool(sd_bus_message*)>& wanted, int patience) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(patience);
    std::size_t seen = 0;
    while (true) {
        for (; seen < inbox_.size(); ++seen) {
            if (wanted(inbox_[seen].get())) {
                Message found = std::move(inbox_[seen]);
                inbox_.erase(inbox_.begin() + static_cast<std::ptrdiff_t>(seen));
                return found;
            }
        }
        if (pump()) {
            continue;
        }
        const auto left = deadline - std::chrono::steady_clock::now();
        const auto usec = std::chrono::duration_cast<std::chrono::microseconds>(left).count();
        if (usec <= 0 || must(sd_bus_wait(bus_.get(), static_cast<std::uint64_t>(usec)), "wait") == 0) {
            throw std::runtime_error("waited in vain for " + what);
        }
    }
}

Message Connection::awaitSignal(const std::string& member, const std::string& path) {
    return receive("signal " + member, [&](sd_bus_message* message) {
        return sd_bus_message_is_signal(message, nullptr, member.c_str()) > 0 &&
               (path.empty() || path == sd_bus_message_get_path(message));
    });
}

std::vector<std::string> Connection::signalsSoFar() {
    property(managerPath, managerInterface, "Version");
    std::vector<std::string> found;
    for (const Message& message : inbox_) {
        const char* interface = sd_bus_message_get_interface(message.get());
        if (sd_bus_message_is_signal(message.get(), nullptr, nullptr) > 0 && interface != nullptr &&
            std::string(interface).rfind("org.sandboxd1.", 0) == 0) {
            found.push_back(std::string(sd_bus_message_get_member(message.get())) + " " +
                            sd_bus_message_get_path(message.get()));
        }
    }
    return found;
}

bool Connection::holds(const std::function<bool(sd_bus_message*)>& wanted) const {
    return std::any_of(inbox_.begin(), inbox_.end(), [&](const Message& message) { return wanted(message.get()); });
}

void Connection::addMatch(const std::string& rule) {
    must(sd_bus_add_match(bus_.get(), nullptr, rule.c_str(), nullptr, nullptr), "add match");
}

std::string Connection::uniqueName() const {
    const char* name = nullptr;
    must(sd_bus_get_unique_name(bus_.get(), &name), "unique name");
    return name;
}

bool Connection::closedByBus() {
    try {
        receive("the end of the connection", [](sd_bus_message* message) {
            return sd_bus_message_is_signal(message, "org.freedesktop.DBus.Local", "Disconnected") > 0;
        });
    } catch (const std::runtime_error&) {
        return sd_bus_is_open(bus_.get()) <= 0;
    }
    return true;
}

void connectToBus(int socket) {
    const std::string address = environment("DBUS_SYSTEM_BUS_ADDRESS");
    const std::string path = address.substr(address.find("path=") + 5);
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    path.copy(name.sun_path, sizeof name.sun_path - 1);
    must(connect(socket, reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0 ? 0 : -errno, "connect");
}

std::string shortError(const std::string& name) {
    for (const char* prefix : {"org.sandboxd1.Error.", "org.freedesktop.DBus.Error."}) {
        if (name.rfind(prefix, 0) == 0) {
            return name.substr(std::strlen(prefix));
        }
    }
    return name;
}

Pipe::Pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw std::runtime_error("pipe2");
    }
    readEnd = UniqueFd(ends[0]);
    writeEnd = UniqueFd(ends[1]);
}

std::string Pipe::read() {
    writeEnd.reset();
    std::string content;
    std::array<char, 4096> buffer{};
    while (true) {
        awaitReadable(readEnd.get(), "the pipe's end");
        const ssize_t size = ::read(readEnd.get(), buffer.data(), buffer.size());
        if (size <= 0) {
            return content;
        }
        content.append(buffer.data(), static_cast<std::size_t>(size));
    }
}

} // namespace sandboxd::bus_tests
