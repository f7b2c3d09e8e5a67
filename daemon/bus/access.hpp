// Who may see and end a sandbox: its owner's uid, and whom polkit allows to manage others' (manage-others).
#pragma once

#include "authority/check.hpp"
#include "broker/sandbox.hpp"
#include "bus/credentials.hpp"
#include "bus/incoming_call.hpp"

#include <functional>
#include <map>
#include <memory>

namespace sandboxd::bus {

class Access {
public:
    Access(Credentials& credentials, authority::Authority& authority, FdCloser& closer)
        : credentials_(credentials), authority_(authority), closer_(closer) {}

    using Allowed = std::function<void(const std::shared_ptr<IncomingCall>&)>;

    [[nodiscard]] std::shared_ptr<IncomingCall> adopt(sd_bus_message* message) {
        return std::make_shared<IncomingCall>(message, closer_);
    }

    // Runs `allowed`, now or later, or answers NoSuchSandbox: a refusal tells nothing that a guess would not.
    void whenOwner(std::uint32_t uid, std::shared_ptr<IncomingCall> call, Allowed allowed);
    // The same for everybody's sandboxes; the refusal is polkit's.
    void whenManager(std::shared_ptr<IncomingCall> call, Allowed allowed);
    // For getters: NoSuchSandbox as an exception of the bus library unless the reader's uid is `uid`, or root's.
    void requireOwner(std::uint32_t uid, const std::string& reader);
    // The same as an answer. Waits like Credentials::uidNow.
    [[nodiscard]] bool isOwner(std::uint32_t uid, const std::string& reader);

private:
    void ask(std::shared_ptr<IncomingCall> call, Allowed allowed, std::function<void(const Error&)> refused);

    Credentials& credentials_;
    authority::Authority& authority_;
    FdCloser& closer_;
    std::uint64_t last_ = 0;
    std::map<std::uint64_t, std::unique_ptr<authority::Authority::Check>> checks_;
};

[[nodiscard]] Error noSuchSandbox();

} // namespace sandboxd::bus
