#include "bus/spawns.hpp"

#include "base/log.hpp"
#include "base/quote.hpp"
#include "bus/error_names.hpp"
#include "bus/message_writer.hpp"
#include "bus/sandbox_object.hpp"

#include <fcntl.h>
#include <sys/syscall.h>

namespace sandboxd::bus {

namespace {

// Of the process that connected if the bus proves it, else of the one that has its pid now; the probe then compares.
UniqueFd pinCaller(const Peer& peer) {
    if (peer.pidfd) {
        return UniqueFd(::fcntl(peer.pidfd.get(), F_DUPFD_CLOEXEC, 3));
    }
    return UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, peer.pid, 0)));
}

void appendResults(sd_bus_message* reply, const broker::Sandbox& sandbox) {
    const broker::Facts& facts = sandbox.facts();
    sd_bus_message_append(reply, "oh", objectPathOf(facts.id).c_str(), sandbox.pidfd());
    appendDictionary(reply, {{"id", facts.id},
                             {"apparmor-label", facts.label},
                             {"cgroup", std::string(facts.ownCgroup ? "own" : "none")},
                             {"identity", std::string("mapped")},
                             {"network", facts.network},
                             {"seccomp", std::string("default")}});
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
    policy::Caller caller;
    caller.uid = peer.uid;
    caller.uniqueName = call->sender();
    caller.pid = peer.pid;
    const std::uint64_t number = ++last_;
    auto turn = services_.quota.admit(number, peer.uid, nowUsec(services_.loop));
    if (!turn) {
        refuse(*call, caller, turn.error());
        return;
    }
    Result<std::unique_ptr<Spawn>> spawn = prepare(call, peer);
    if (!spawn) {
        services_.quota.cancel(number);
        later(nullptr); // its turn is somebody else's
        services_.quota.recordRefusal(peer.uid, nowUsec(services_.loop));
        refuse(*call, caller, spawn.error());
        return;
    }
    spawns_.emplace(number, std::move(spawn).value());
    if (turn.value()) {
        start(number, std::move(*turn.value()));
    }
}

Result<std::unique_ptr<Spawns::Spawn>> Spawns::prepare(const std::shared_ptr<IncomingCall>& call, const Peer& peer) {
    if (peer.uid == 0) {
        return refusedRoot();
    }
    auto spawn = std::make_unique<Spawn>();
    spawn->call = call;
    spawn->caller.uid = peer.uid;
    spawn->caller.groups = peer.groups;
    spawn->caller.uniqueName = call->sender();
    spawn->caller.pid = peer.pid;
    spawn->pidfd = pinCaller(peer);
    if (!spawn->pidfd) {
        return Error{ErrorCode::accessDenied, "caller: its process has ended"};
    }
    if (auto decoded = decodeSpawn(call->message(), spawn->arguments); !decoded) {
        return std::move(decoded).error();
    }
    return spawn;
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
    std::unique_ptr<Spawn> spawn = std::move(spawns_.extract(number).mapped());
    if (result) {
        broker::Sandbox& sandbox = *result.value();
        spawn->call->reply([&](sd_bus_message* reply) { appendResults(reply, sandbox); });
        log::write(log::Level::info, log::started, "sandbox started",
                   {{"SANDBOX_ID", sandbox.facts().id},
                    {"CALLER_UID", std::to_string(sandbox.facts().uid)},
                    {"ACTION", "org.sandboxd1.spawn"},
                    {"VERDICT", "allowed"},
                    {"REASON", "authorised"}});
        started_(sandbox);
    } else {
        services_.quota.recordRefusal(spawn->caller.uid, nowUsec(services_.loop));
        refuse(*spawn->call, spawn->caller, result.error());
    }
    later(std::move(spawn));
}

void Spawns::refuse(IncomingCall& call, const policy::Caller& caller, const Error& error) {
    call.fail(error);
    log::write(log::Level::warning, log::refused, "sandbox refused",
               {{"SANDBOX_ID", "-"},
                {"CALLER_UID", std::to_string(caller.uid)},
                {"ACTION", "org.sandboxd1.spawn"},
                {"VERDICT", "refused"},
                {"ERROR", std::string(nameOf(error.code))},
                {"REASON", quote(error.message)}});
}

// A request ends in one of its own callbacks: it is destroyed when that has returned. Its place is free only then.
void Spawns::later(std::unique_ptr<Spawn> spawn) {
    finished_.push_back(std::move(spawn));
    cleaning_ = EventSource::soon(services_.loop, [this] {
        finished_.clear();
        startQueued();
    });
}

void Spawns::startQueued() {
    while (auto turn = services_.quota.takeTurn()) {
        if (spawns_.contains(turn->request)) {
            start(turn->request, std::move(turn->setup));
        }
    }
}

void Spawns::cancelOf(const std::string& connection) {
    for (auto entry = spawns_.begin(); entry != spawns_.end();) {
        if (entry->second->caller.uniqueName != connection) {
            ++entry;
            continue;
        }
        services_.quota.cancel(entry->first);
        later(std::move(entry->second));
        entry = spawns_.erase(entry);
    }
}

} // namespace sandboxd::bus
