#include "bus/incoming_call.hpp"

#include "bus/error_names.hpp"
#include "bus/message_fds.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace sandboxd::bus {

IncomingCall::IncomingCall(sd_bus_message* message, FdCloser& closer)
    : message_(sd_bus_message_ref(message)), closer_(closer) {
    const char* sender = sd_bus_message_get_sender(message);
    sender_ = sender != nullptr ? sender : "";
}

IncomingCall::~IncomingCall() {
    std::vector<int> fds = fdsOf(message_.get());
    if (fds.empty()) {
        return;
    }
    std::sort(fds.begin(), fds.end());
    fds.erase(std::unique(fds.begin(), fds.end()), fds.end());
    // The message closes its descriptors when it goes; by then they must be harmless.
    sd_bus_message* message = message_.release();
    closer_.neutralise(uid_, std::move(fds), [message] { sd_bus_message_unref(message); });
}

bool IncomingCall::mayHoldFds() const noexcept {
    return bus::mayHoldFds(message_.get());
}

void IncomingCall::reply(const std::function<void(sd_bus_message*)>& fill) {
    sd_bus_message* answer = nullptr;
    if (std::exchange(isAnswered_, true) || sd_bus_message_new_method_return(message_.get(), &answer) < 0) {
        return;
    }
    const MessagePointer owner(answer);
    fill(answer);
    // What could not be appended, a descriptor above our limit say, shows here: the message cannot be sealed.
    if (sd_bus_send(sd_bus_message_get_bus(message_.get()), answer, nullptr) < 0) {
        isAnswered_ = false;
        fail({ErrorCode::limitsExceeded, "reply: cannot be sent"});
    }
}

void IncomingCall::fail(const Error& error) {
    if (std::exchange(isAnswered_, true)) {
        return;
    }
    const sd_bus_error answer{nameOf(error.code).data(), error.message.c_str(), 0}; // borrows, so nothing to free
    sd_bus_reply_method_error(message_.get(), &answer);
}

} // namespace sandboxd::bus
