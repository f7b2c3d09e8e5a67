// One private connection of libdbus and blocking calls on it that other descriptors can cut short. It sets no time of
// its own for calls that may open a dialog, and never ends the process.
#pragma once

#include "message.hpp"
#include "sandboxd/connection.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace sandboxd::client {

class Bus {
public:
    // Returns when the bus daemon knows who we are. For its answer to our greeting the first call waits, so that a
    // request can be written meanwhile.
    [[nodiscard]] static Result<Bus> open();

    // The reply, or the error that came instead of it. `limit`: none = as long as it takes.
    [[nodiscard]] Result<Message> call(Message message, const CallOptions& options,
                                       std::optional<std::chrono::milliseconds> limit);

    // Our own name on the bus.
    [[nodiscard]] Result<std::string> uniqueName();

private:
    struct Close {
        void operator()(DBusConnection* connection) const noexcept {
            dbus_connection_close(connection);
            dbus_connection_unref(connection);
        }
    };
    using Handle = std::unique_ptr<DBusConnection, Close>;

    explicit Bus(Handle connection) : connection_(std::move(connection)) {}

    [[nodiscard]] Result<void> authenticate();
    [[nodiscard]] Result<void> greet();
    [[nodiscard]] Result<PendingCall> send(DBusMessage* message);
    [[nodiscard]] Result<void> awaitReply(DBusPendingCall* call, int cancelFd,
                                          std::optional<std::chrono::milliseconds> limit);
    [[nodiscard]] Result<void> awaitEvent(int cancelFd, int timeoutMs);

    Handle connection_;
    PendingCall greeting_; // until it is answered
    std::string name_;
    std::optional<Error> refusal_; // the answer
};

} // namespace sandboxd::client
