// The Spawn calls that have no answer yet: who waits for a turn, who is being set up, and what they get in the end.
#pragma once

#include "base/log.hpp"
#include "broker/request.hpp"
#include "bus/credentials.hpp"
#include "bus/decode.hpp"
#include "bus/incoming_call.hpp"

#include <functional>
#include <map>
#include <memory>

namespace sandboxd::bus {

class Spawns {
public:
    // Called when a Spawn has been answered with this sandbox: signals come after the reply.
    using Started = std::function<void(broker::Sandbox&)>;

    Spawns(const broker::Services& services, Credentials& credentials, Started started)
        : services_(services), credentials_(credentials), started_(std::move(started)) {}

    void take(std::shared_ptr<IncomingCall> call);
    // Withdraws everything that this connection waits for.
    void cancelOf(const std::string& connection);

private:
    struct Spawn {
        std::shared_ptr<IncomingCall> call;
        SpawnArguments arguments;
        policy::Caller caller;
        UniqueFd pidfd;
        std::unique_ptr<broker::Request> request; // null: queued
    };

    void admit(const std::shared_ptr<IncomingCall>& call, const Peer& peer);
    Result<void> prepare(Spawn& spawn, const Peer& peer);
    void start(std::uint64_t number, policy::Quota::Lease setup);
    void finish(std::uint64_t number, Result<broker::Sandbox*> result);
    void refuse(Spawn& spawn, const Error& error);
    static void logRefusal(const Spawn& spawn, std::string_view verdict, std::string_view error, std::string_view why);
    void startQueued();
    void startQueuedSoon();

    const broker::Services& services_;
    Credentials& credentials_;
    Started started_;
    std::uint64_t last_ = 0;
    std::map<std::uint64_t, std::unique_ptr<Spawn>> spawns_;
    EventSource starting_;
};

} // namespace sandboxd::bus
