#include "bus/spawns.hpp"

#include "base/duplicate_fd.hpp"
#include "base/quote.hpp"
#include "bus/error_names.hpp"
#include "bus/message_writer.hpp"
#include "bus/sandbox_object.hpp"

#include <sys/syscall.h>

namespace sandboxd::bus {

namespace {

// Of the process that connected if the bus proves it, else of the one that has its pid now: then the probe's facts tell
// whether it has another uid or is younger than the connection.
UniqueFd pinCaller(const Peer& peer) {
    if (peer.pidfd) {
        return duplicate(peer.pidfd);
    }
    return UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, peer.pid, 0)));
}

void appendResults(sd_bus_message* reply, const broker::Sandbox& sandbox) {
    const broker::Facts& facts = sandbox.facts();
    sd_bus_message_append(reply, "oh", objectPathOf(facts.id).c_str(), sandbox.pidfd());
    appendDictionary(reply, {{"id", facts.id},
                             {"apparmor-label", facts.label},
                             {"cgroup", std::string(facts.ownCgroup ? "own" : "none")},
                             {"ends-by", std::string(broker::endsBy(facts))},
                             {"identity", facts.identity},
                             {"network", facts.network},
                             {"seccomp", facts.seccomp}});
}

Error refusedRoot() {
    return {ErrorCode::accessDenied, "caller: uid 0 gets no sandbox; run sandboxctl --as USER to start one for a user"};
}

} // namespace

void Spawns::take(std::shared_ptr<IncomingCall> call) {
    const std::string sender = call->sender();
    credentials_.get(sender, [this, call = std::move(call)](const Result<const Peer*>& peer) {
        if (peer) {
            admit(call, *peer.value());
        } else {
            call->fail(peer.error());
        }
    });
}

void Spawns::admit(const std::shared_ptr<IncomingCall>& call, const Peer& peer) {
    auto spawn = std::make_unique<Spawn>();
    spawn->call = call;
    spawn->caller.uid = peer.uid;
    spawn->caller.groups = peer.groups;
    spawn->caller.uniqueName = call->sender();
    spawn->caller.pid = peer.pid;
    spawn->caller.label = peer.label;
    spawn->caller.isProven = static_cast<bool>(peer.pidfd);
    spawn->caller.connectedTicks = peer.connectedTicks;
    const std::uint64_t number = ++last_;
    auto turn = services_.quota.admit(number, peer.uid, nowUsec(services_.loop));
    if (!turn) {
        call->fail(turn.error());
        // A client that does not wait would fill the log with these.
        if (services_.quota.isNews(peer.uid, nowUsec(services_.loop))) {
            logRefusal(*spawn, "refused", nameOf(turn.error().code), turn.error().message);
        }
        return;
    }
    if (auto prepared = prepare(*spawn, peer); !prepared) {
        services_.quota.cancel(number);
        startQueuedSoon(); // its turn is somebody else's
        services_.quota.recordRefusal(peer.uid, nowUsec(services_.loop));
        refuse(*spawn, prepared.error());
        return;
    }
    spawns_.emplace(number, std::move(spawn));
    if (turn.value()) {
        start(number, std::move(*turn.value()));
    }
}

Result<void> Spawns::prepare(Spawn& spawn, const Peer& peer) {
    if (peer.uid == 0) {
        return refusedRoot();
    }
    spawn.pidfd = pinCaller(peer);
    if (!spawn.pidfd) {
        return Error{ErrorCode::accessDenied, "caller: its process has ended"};
    }
    return decodeSpawn(spawn.call->message(), spawn.arguments);
}

void Spawns::start(std::uint64_t number, policy::Quota::Lease setup) {
    Spawn& spawn = *spawns_.at(number);
    broker::Order order{.spec = std::move(spawn.arguments.spec),
                        .fds = spawn.arguments.fds,
                        .caller = spawn.caller,
                        .pidfd = std::move(spawn.pidfd),
                        .interactive = spawn.call->isInteractive()};
    spawn.request = std::make_unique<broker::Request>(
        services_, std::move(order), std::move(setup),
        [this, number](Result<broker::Sandbox*> result) { finish(number, std::move(result)); });
}

void Spawns::finish(std::uint64_t number, Result<broker::Sandbox*> result) {
    // Destroyed on return, inside the last callback of its request: nothing that is left of one can call again.
    const std::unique_ptr<Spawn> spawn = std::move(spawns_.extract(number).mapped());
    if (result) {
        broker::Sandbox& sandbox = *result.value();
        spawn->call->reply([&](sd_bus_message* reply) { appendResults(reply, sandbox); });
        log::write(log::Level::info, log::started, "sandbox started",
                   {{"SANDBOX_ID", sandbox.facts().id},
                    {"CALLER_UID", std::to_string(sandbox.facts().uid)},
                    {"ACTION", spawn->request->actions()},
                    {"VERDICT", "allowed"},
                    {"REASON", "authorised"}});
        started_(sandbox);
    } else {
        services_.quota.recordRefusal(spawn->caller.uid, nowUsec(services_.loop));
        refuse(*spawn, result.error());
    }
    startQueuedSoon();
}

void Spawns::refuse(Spawn& spawn, const Error& error) {
    spawn.call->fail(error);
    logRefusal(spawn, "refused", nameOf(error.code), error.message);
}

void Spawns::logRefusal(const Spawn& spawn, std::string_view verdict, std::string_view error, std::string_view why) {
    const broker::Request* request = spawn.request.get();
    const bool hasId = request != nullptr && !request->id().empty();
    const std::string actions =
        request != nullptr ? request->actions() : std::string(policy::actionOf(policy::Right::spawn));
    log::write(log::Level::warning, log::refused, "sandbox refused",
               {{"SANDBOX_ID", hasId ? request->id() : "-"},
                {"CALLER_UID", std::to_string(spawn.caller.uid)},
                {"ACTION", actions},
                {"VERDICT", std::string(verdict)},
                {"ERROR", std::string(error)},
                {"REASON", quote(why)}});
}

// From the loop: a place is free only when the request that had it is destroyed.
void Spawns::startQueuedSoon() {
    starting_ = EventSource::soon(services_.loop, [this] { startQueued(); });
}

void Spawns::startQueued() {
    while (auto turn = services_.quota.takeTurn()) {
        if (spawns_.contains(turn->request)) {
            start(turn->request, std::move(turn->setup));
        }
    }
}

// Called by the bus, never from inside a request: each is destroyed here, before it can go on for nobody.
void Spawns::cancelOf(const std::string& connection) {
    std::erase_if(spawns_, [&](const auto& entry) {
        const bool isTheirs = entry.second->caller.uniqueName == connection;
        if (isTheirs) {
            services_.quota.cancel(entry.first);
            logRefusal(*entry.second, "withdrawn", "-", "its connection is gone");
        }
        return isTheirs;
    });
    startQueuedSoon();
}

} // namespace sandboxd::bus
