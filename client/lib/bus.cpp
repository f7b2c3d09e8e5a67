#include "bus.hpp"

#include "errors.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <poll.h>

namespace sandboxd::client {
namespace {

using Clock = std::chrono::steady_clock;

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

} // namespace

Result<Bus> Bus::open() {
    ScopedError error;
    Handle connection(dbus_bus_get_private(DBUS_BUS_SYSTEM, &error.raw));
    if (!connection) {
        Error failure = error.take();
        return Error{ErrorKind::unavailable, failure.name, "cannot connect to the system bus: " + failure.message, 0};
    }
    // libdbus would call exit(3) when the bus goes away.
    dbus_connection_set_exit_on_disconnect(connection.get(), FALSE);
    return Bus(std::move(connection));
}

Result<Message> Bus::call(Message message, const CallOptions& options, std::optional<std::chrono::milliseconds> limit) {
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

std::string Bus::uniqueName() const {
    const char* name = dbus_bus_get_unique_name(connection_.get());
    return name != nullptr ? name : "";
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
        if (auto event = awaitEvent(cancelFd, remaining(deadline)); !event) {
            return event;
        }
        // Never blocks: reads and writes what it can. False when disconnected; the call has then an error for reply.
        dbus_connection_read_write(connection_.get(), 0);
    }
}

Result<void> Bus::awaitEvent(int cancelFd, int timeoutMs) {
    int busFd = -1;
    // No descriptor: disconnected, and libdbus has the answer already.
    if (!dbus_connection_get_unix_fd(connection_.get(), &busFd)) {
        return {};
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
