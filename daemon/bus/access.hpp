// Who may see and end a sandbox: its owner's uid, and whom polkit allows to manage others' (manage-others).
#pragma once

#include "authority/check.hpp"
#include "base/event.hpp"
#include "broker/sandbox.hpp"
#include "bus/credentials.hpp"
#include "bus/incoming_call.hpp"
#include "policy/quota.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <variant>

namespace sandboxd::bus {

class Access {
public:
    Access(sd_event* loop, Credentials& credentials, authority::Authority& authority, policy::Quota& quota,
           FdCloser& closer)
        : loop_(loop), credentials_(credentials), authority_(authority), quota_(quota), closer_(closer) {}

    using Allowed = std::function<void(const std::shared_ptr<IncomingCall>&)>;

    // Before anything else for each message: one with descriptors is kept until they are harmless, whether or not
    // something takes it.
    void receive(sd_bus_message* message);
    [[nodiscard]] std::shared_ptr<IncomingCall> adopt(sd_bus_message* message);

    // Withdraws the questions to polkit that this connection waits for.
    void cancelOf(const std::string& connection);

    // Runs `allowed`, now or later, or answers NoSuchSandbox: a refusal tells nothing that a guess would not.
    void whenOwner(std::uint32_t uid, std::shared_ptr<IncomingCall> call, Allowed allowed);
    // The same for everybody's sandboxes; the refusal is polkit's.
    void whenManager(std::shared_ptr<IncomingCall> call, Allowed allowed);
    // For getters: NoSuchSandbox as an exception of the bus library unless the reader's uid is `uid`, or root's.
    void requireOwner(std::uint32_t uid, const std::string& reader);
    // The same as an answer. Waits like Credentials::uidNow.
    [[nodiscard]] bool isOwner(std::uint32_t uid, const std::string& reader);

private:
    using Refused = std::function<void(const Error&)>;
    using Answer = std::variant<policy::Grant, authority::Authority::Refusal>;
    struct Question {
        std::shared_ptr<IncomingCall> call;
        std::uint32_t uid;
        Allowed allowed;
        Refused refused;
        std::unique_ptr<authority::Authority::Check> check;
    };

    void ask(std::shared_ptr<IncomingCall> call, Allowed allowed, Refused refused);
    void askPolkit(Question question, UniqueFd process);
    void take(std::uint64_t number, const Answer& answer);

    sd_event* loop_;
    Credentials& credentials_;
    authority::Authority& authority_;
    policy::Quota& quota_;
    FdCloser& closer_;
    std::shared_ptr<IncomingCall> received_; // while its handlers run
    EventSource dropping_;
    std::uint64_t last_ = 0;
    std::map<std::uint64_t, Question> questions_;
};

[[nodiscard]] Error noSuchSandbox();

} // namespace sandboxd::bus
