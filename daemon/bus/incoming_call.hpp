// One message that is kept: sends exactly one answer to a method call, and lets go of the caller's descriptors safely.
#pragma once

#include "base/result.hpp"
#include "bus/fd_closer.hpp"

#include <systemd/sd-bus.h>

#include <functional>
#include <memory>
#include <string>

namespace sandboxd::bus {

struct MessageUnref {
    void operator()(sd_bus_message* message) const noexcept { sd_bus_message_unref(message); }
};
using MessagePointer = std::unique_ptr<sd_bus_message, MessageUnref>;

class IncomingCall {
public:
    // Takes a reference of its own. `closer` outlives the call.
    IncomingCall(sd_bus_message* message, FdCloser& closer);
    ~IncomingCall();
    IncomingCall(const IncomingCall&) = delete;
    IncomingCall& operator=(const IncomingCall&) = delete;

    [[nodiscard]] sd_bus_message* message() const noexcept { return message_.get(); }
    [[nodiscard]] const std::string& sender() const noexcept { return sender_; }
    // By the signature alone: to walk all values for them has time until the message goes.
    [[nodiscard]] bool mayHoldFds() const noexcept;
    // Whose descriptors they are, when the bus has said so.
    void setUid(std::uint32_t uid) noexcept { uid_ = uid; }
    // The caller allows that a person is asked (ALLOW_INTERACTIVE_AUTHORIZATION).
    [[nodiscard]] bool isInteractive() const noexcept {
        return sd_bus_message_get_allow_interactive_authorization(message_.get()) > 0;
    }

    // `fill` appends the results. The answer that is sent first counts, later ones are dropped.
    void reply(const std::function<void(sd_bus_message*)>& fill);
    void fail(const Error& error);

private:
    MessagePointer message_;
    FdCloser& closer_;
    std::string sender_;
    FdCloser::Sender uid_;
    bool isAnswered_ = false;
};

} // namespace sandboxd::bus
