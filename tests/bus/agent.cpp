#include "agent.hpp"

#include "private_system.hpp"

#include <unistd.h>

#include <stdexcept>

namespace sandboxd::bus_tests {
namespace {

bool isCall(sd_bus_message* message, const char* member) {
    return sd_bus_message_is_method_call(message, "org.freedesktop.PolicyKit1.AuthenticationAgent", member) > 0;
}

} // namespace

Agent::Agent(Connection& connection) : connection_(connection) {
    sd_bus_message* raw = nullptr;
    must(sd_bus_message_new_method_call(connection.raw(), &raw, "org.freedesktop.PolicyKit1",
                                        "/org/freedesktop/PolicyKit1/Authority", "org.freedesktop.PolicyKit1.Authority",
                                        "RegisterAuthenticationAgent"),
         "new message");
    Message message(raw);
    must(sd_bus_message_append(raw, "(sa{sv})ss", "unix-process", 3, "pid", "u", static_cast<std::uint32_t>(getpid()),
                               "start-time", "t", startTime(getpid()), "uid", "i", static_cast<int>(getuid()), "C",
                               "/agent"),
         "append");
    const Reply reply = connection.call(std::move(message));
    if (!reply.ok()) {
        throw std::runtime_error("cannot register an agent: " + reply.errorMessage);
    }
}

std::string Agent::awaitDialog() {
    dialog_ = connection_.receive("polkit's dialog",
                                  [](sd_bus_message* call) { return isCall(call, "BeginAuthentication"); });
    const char* action = nullptr;
    must(sd_bus_message_read(dialog_.get(), "s", &action), "read dialog");
    return action;
}

void Agent::cancel() {
    must(sd_bus_reply_method_errorf(dialog_.get(), "org.freedesktop.PolicyKit1.Error.Cancelled", "closed"), "reply");
    dialog_.reset();
}

void Agent::awaitWithdrawal() {
    connection_.receive("the dialog's withdrawal",
                        [](sd_bus_message* call) { return isCall(call, "CancelAuthentication"); });
}

bool Agent::dialogPending() {
    connection_.signalsSoFar(); // a round trip: whatever polkit sent before is here
    return connection_.holds([](sd_bus_message* call) { return isCall(call, "BeginAuthentication"); });
}

} // namespace sandboxd::bus_tests
