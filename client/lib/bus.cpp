#include "bus.hpp"

#include "errors.hpp"
#include "read_values.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <poll.h>

namespace sandboxd::client {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds patience{25'000}; // libdbus's own for a reply

struct ScopedError {
    ScopedError() { dbus_error_init(&raw); }
    ScopedError(const ScopedError&) = delete;
    ScopedError& operator=(const ScopedError&) = delete;
    ~ScopedError() { dbus_error_free(&raw); }

    [[nodiscard]] Error take() const {
        return errorFromReply(raw.name != nullptr ? raw.name : "", raw.message != nullptr ? raw.message : "");
    }

    DBusError raw;
};

// For poll(2): rounded up, so that it is not called again and again in the last millisecond.
int remaining(const std::optional<Clock::time_point>& deadline) {
    if (!deadline) {
        return -1;
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - Clock::now()).count();
    return static_cast<int>(std::clamp<std::int64_t>(left, 0, INT_MAX));
}

Result<Message> takeReply(DBusPendingCall* call) {
    Message reply(dbus_pending_call_steal_reply(call));
    ScopedError error;
    if (dbus_set_error_from_message(&error.raw, reply.get())) {
        return error.take();
    }
    return reply;
}

// No program of ours is setuid.
const char* busAddress() {
    const char* given = std::getenv("DBUS_SYSTEM_BUS_ADDRESS");
    return given != nullptr && *given != '\0' ? given : SYSTEM_BUS_ADDRESS;
}

Error cannotConnect(const Error& error) {
    return {ErrorKind::unavailable, error.name, "cannot connect to the system bus: " + error.message, 0};
}

} // namespace

Result<Bus> Bus::open() {
    ScopedError error;
    Handle connection(dbus_connection_open_private(busAddress(), &error.raw));
    if (!connection) {
        return cannotConnect(error.take());
    }
    Bus bus(std::move(connection));
    for (const auto step : {&Bus::authenticate, &Bus::greet}) {
        if (auto done = (bus.*step)(); !done) {
            return cannotConnect(done.error());
        }
    }
    return bus;
}

// Descriptors can be sent on a connection that has agreed to it, so not before.
Result<void> Bus::authenticate() {
    const Clock::time_point deadline = Clock::now() + patience;
    while (!dbus_connection_get_is_authenticated(connection_.get())) {
        if (!dbus_connection_read_write(connection_.get(), remaining(deadline))) {
            return localError(ErrorKind::unavailable, "it ended the connection before it knew who we are");
        }
        if (remaining(deadline) == 0) {
            return localError(ErrorKind::unavailable, "it does not answer");
        }
    }
    return {};
}

Result<void> Bus::greet() {
    const Message hello(dbus_message_new_method_call(DBUS_SERVICE_DBUS, DBUS_PATH_DBUS, DBUS_INTERFACE_DBUS, "Hello"));
    Result<PendingCall> sent = hello ? send(hello.get()) : Result<PendingCall>(outOfMemory());
    if (!sent) {
        return std::move(sent).error();
    }
    greeting_ = std::move(sent).value();
    return {};
}

Result<Message> Bus::call(Message message, const CallOptions& options, std::optional<std::chrono::milliseconds> limit) {
    // Not before: a bus daemon that is still reading the end of the authentication would lose the descriptors.
    if (const auto greeted = uniqueName(); !greeted) {
        return greeted.error();
    }
    dbus_message_set_allow_interactive_authorization(message.get(), options.interactive ? TRUE : FALSE);
    Result<PendingCall> pending = send(message.get());
    if (!pending) {
        return std::move(pending).error();
    }
    // Its descriptors are duplicates: while they are open here, a pipe among them has one end too many.
    message.reset();
    auto waited = awaitReply(pending.value().get(), options.cancelFd, limit);
    if (!waited && waited.error().kind == ErrorKind::cancelled && options.cancelGrace.count() > 0 &&
        awaitReply(pending.value().get(), -1, options.cancelGrace)) {
        waited = {};
    }
    if (!waited) {
        dbus_pending_call_cancel(pending.value().get());
        return std::move(waited).error();
    }
    return takeReply(pending.value().get());
}

Result<std::string> Bus::uniqueName() {
    if (greeting_ != nullptr) {
        if (auto waited = awaitReply(greeting_.get(), -1, patience); !waited) {
            return cannotConnect(waited.error());
        }
        const Result<Message> reply = takeReply(greeting_.get());
        greeting_.reset();
        if (reply) {
            name_ = Reader(reply.value().get()).text();
        } else {
            refusal_ = cannotConnect(reply.error());
        }
    }
    return refusal_ ? Result<std::string>(*refusal_) : Result<std::string>(name_);
}

Result<PendingCall> Bus::send(DBusMessage* message) {
    DBusPendingCall* raw = nullptr;
    // The time is kept by awaitReply().
    if (!dbus_connection_send_with_reply(connection_.get(), message, &raw, DBUS_TIMEOUT_INFINITE)) {
        return outOfMemory();
    }
    if (raw == nullptr) {
        return localError(ErrorKind::unavailable, "the connection to the system bus is closed");
    }
    return PendingCall(raw);
}

Result<void> Bus::awaitReply(DBusPendingCall* call, int cancelFd, std::optional<std::chrono::milliseconds> limit) {
    std::optional<Clock::time_point> deadline;
    if (limit) {
        deadline = Clock::now() + *limit;
    }
    for (;;) {
        while (dbus_connection_dispatch(connection_.get()) == DBUS_DISPATCH_DATA_REMAINS) {
        }
        if (dbus_pending_call_get_completed(call)) {
            return {};
        }
        if (!dbus_connection_get_is_connected(connection_.get())) {
            return localError(ErrorKind::unavailable, "the connection to the system bus is closed");
        }
        if (auto event = awaitEvent(cancelFd, remaining(deadline)); !event) {
            return event;
        }
        // Never blocks: reads and writes what it can.
        dbus_connection_read_write(connection_.get(), 0);
    }
}

Result<void> Bus::awaitEvent(int cancelFd, int timeoutMs) {
    int busFd = -1;
    if (!dbus_connection_get_unix_fd(connection_.get(), &busFd)) {
        return {}; // disconnected meanwhile
    }
    const bool writing = dbus_connection_has_messages_to_send(connection_.get());
    std::array<pollfd, 2> fds{
        {{busFd, static_cast<short>(writing ? POLLIN | POLLOUT : POLLIN), 0}, {cancelFd, POLLIN, 0}}};
    const int ready = ::poll(fds.data(), fds.size(), timeoutMs);
    if (ready < 0 && errno != EINTR) {
        return systemError(ErrorKind::other, "cannot wait for the answer", errno);
    }
    if (ready == 0) {
        return localError(ErrorKind::unavailable, "no answer from the daemon in time");
    }
    if (ready > 0 && fds[1].revents != 0) {
        return localError(ErrorKind::cancelled, "cancelled");
    }
    return {};
}

} // namespace sandboxd::client
