#include "bus/sandbox_object.hpp"

#include "bus/message_writer.hpp"

#include <csignal>

namespace sandboxd::bus {

namespace {

Error notRunning() {
    return {ErrorCode::notRunning, "sandbox: it has ended"};
}

void appendEnding(sd_bus_message* reply, const broker::Ending& ending) {
    sd_bus_message_append(reply, "ii", ending.code, ending.status);
    appendDictionary(reply, {{"result", std::string(ending.result())}});
}

} // namespace

std::string objectPathOf(const std::string& id) {
    return "/org/sandboxd1/sandbox/" + id;
}

SandboxObject::SandboxObject(sd_event* loop, sdbus::IConnection& connection, Access& access, policy::Quota& quota,
                             broker::Sandbox& sandbox)
    : loop_(loop), access_(access), quota_(quota), sandbox_(sandbox),
      object_(sdbus::createObject(connection, sdbus::ObjectPath{objectPathOf(sandbox.facts().id)})) {
    registerInterface(*object_, describe());
    sandbox_.whenEnded([this](const broker::Sandbox&) { answerWaits(); });
}

Method SandboxObject::method(std::string name, std::string in, std::vector<std::string> inNames, std::string out,
                             std::vector<std::string> outNames,
                             void (SandboxObject::*handler)(const std::shared_ptr<IncomingCall>&)) {
    return {std::move(name),
            std::move(in),
            std::move(inNames),
            std::move(out),
            std::move(outNames),
            [this, handler](sd_bus_message* message) {
                access_.whenOwner(
                    sandbox_.facts().uid, access_.adopt(message),
                    [this, handler, alive = std::weak_ptr(alive_)](const std::shared_ptr<IncomingCall>& call) {
                        if (alive.expired()) {
                            call->fail(noSuchSandbox()); // forgotten while polkit was asked
                        } else {
                            (this->*handler)(call);
                        }
                    });
            }};
}

Interface SandboxObject::describe() {
    Interface interface {
        .name = "org.sandboxd1.Sandbox", .methods = {}, .properties = {}, .signals = {}
    };
    interface.methods.push_back(method("Kill", "si", {"whom", "signal"}, "", {}, &SandboxObject::kill));
    interface.methods.push_back(method("Terminate", "t", {"grace_usec"}, "", {}, &SandboxObject::terminate));
    interface.methods.push_back(
        method("Wait", "t", {"timeout_usec"}, "iia{sv}", {"code", "status", "details"}, &SandboxObject::wait));
    interface.methods.push_back(method("GetPIDFD", "", {}, "h", {"pidfd"}, &SandboxObject::givePidfd));
    interface.signals = {{"Started", "a{sv}", {"details"}}, {"Exited", "iia{sv}", {"code", "status", "details"}}};
    addProperties(interface);
    return interface;
}

// A reply is addressed to who asked: that is the reader.
Property SandboxObject::guarded(std::string name, std::string signature, std::function<void(sd_bus_message*)> append) {
    return {std::move(name), std::move(signature), false, [this, append = std::move(append)](sd_bus_message* reply) {
                const char* reader = sd_bus_message_get_destination(reply);
                access_.requireOwner(sandbox_.facts().uid, reader != nullptr ? reader : "");
                append(reply);
            }};
}

void SandboxObject::addProperties(Interface& interface) {
    const broker::Facts& facts = sandbox_.facts();
    const broker::Sandbox& sandbox = sandbox_;
    auto text = [&](const char* name, const std::string& value) {
        interface.properties.push_back(guarded(name, "s", [&value](sd_bus_message* reply) { append(reply, value); }));
    };
    auto number = [&](const char* name, char type, const std::function<std::int64_t()>& value) {
        interface.properties.push_back(guarded(
            name, std::string(1, type), [type, value](sd_bus_message* reply) { appendNumber(reply, type, value()); }));
    };
    auto computed = [&](const char* name, const std::function<std::string()>& value) {
        interface.properties.push_back(guarded(name, "s", [value](sd_bus_message* reply) { append(reply, value()); }));
    };
    text("Id", facts.id);
    text("Profile", facts.profile);
    text("Description", facts.description);
    number("OwnerUID", 'u', [&facts] { return facts.uid; });
    computed("State", [&sandbox] { return std::string(sandbox.isRunning() ? "running" : "ended"); });
    computed("Result",
             [&sandbox] { return sandbox.isRunning() ? std::string() : std::string(sandbox.ending().result()); });
    number("LeaderPID", 'u', [&facts] { return facts.leaderPid; });
    number("StartTimestamp", 't', [&facts] { return static_cast<std::int64_t>(facts.startedRealtimeUsec); });
    number("StartTimestampMonotonic", 't', [&facts] { return static_cast<std::int64_t>(facts.startedMonotonicUsec); });
    number("ExitCode", 'i', [&sandbox] { return sandbox.ending().code; });
    number("ExitStatus", 'i', [&sandbox] { return sandbox.ending().status; });
    computed("ControlGroup", [&facts] { return std::string(facts.ownCgroup ? "own" : "none"); });
    text("AppArmorLabel", facts.label);
    interface.properties.push_back(guarded("Restrictions", "a{sv}", [&facts](sd_bus_message* reply) {
        appendDictionary(reply, {{"identity", facts.identity},
                                 {"network", facts.network},
                                 {"no-new-privileges", true},
                                 {"seccomp", facts.seccomp}});
    }));
    computed("Lifetime", [&facts] { return std::string(facts.endsWithConnection ? "call" : "fd"); });
}

void SandboxObject::kill(const std::shared_ptr<IncomingCall>& call) {
    const char* whom = nullptr;
    std::int32_t signal = 0;
    sd_bus_message_read(call->message(), "si", &whom, &signal);
    const bool all = std::string_view(whom) == "all";
    if (!all && std::string_view(whom) != "leader") {
        call->fail({ErrorCode::invalidArgs, "whom: must be \"leader\" or \"all\""});
    } else if (signal < 1 || signal > SIGRTMAX) {
        call->fail({ErrorCode::invalidArgs, "signal: no such signal"});
    } else if (all && signal != SIGKILL) {
        call->fail({ErrorCode::invalidArgs, "signal: only SIGKILL goes to all"});
    } else if (!(all ? sandbox_.end() : sandbox_.signalLeader(signal))) {
        call->fail(notRunning());
    } else {
        call->reply([](sd_bus_message*) {});
    }
}

void SandboxObject::terminate(const std::shared_ptr<IncomingCall>& call) {
    std::uint64_t graceUsec = 0;
    sd_bus_message_read(call->message(), "t", &graceUsec);
    if (!sandbox_.signalLeader(SIGTERM)) {
        call->fail(notRunning());
        return;
    }
    constexpr std::uint64_t longestUsec = 3'600'000'000; // an hour: a timer that nobody remembers helps nobody
    grace_ = EventSource::after(loop_, std::min(graceUsec, longestUsec), [this] { sandbox_.end(); });
    call->reply([](sd_bus_message*) {});
}

void SandboxObject::wait(const std::shared_ptr<IncomingCall>& call) {
    std::uint64_t timeoutUsec = 0;
    sd_bus_message_read(call->message(), "t", &timeoutUsec);
    Result<policy::Quota::Lease> lease = quota_.beginWait(call->sender());
    if (!lease) {
        call->fail({ErrorCode::busy, lease.error().message});
        return;
    }
    const auto entry = waits_.insert(waits_.end(), Wait{call, std::move(lease).value(), {}});
    if (!sandbox_.isRunning()) {
        answerWaits();
    } else if (timeoutUsec != 0) {
        entry->timeout = EventSource::after(loop_, timeoutUsec, [this, entry] { giveUp(entry); });
    }
}

void SandboxObject::cancelOf(const std::string& connection) {
    std::erase_if(waits_, [&](const Wait& wait) { return wait.call->sender() == connection; });
}

void SandboxObject::answerWaits() {
    for (const Wait& wait : waits_) {
        wait.call->reply([this](sd_bus_message* reply) { appendEnding(reply, sandbox_.ending()); });
    }
    waits_.clear();
}

void SandboxObject::giveUp(std::list<Wait>::iterator wait) {
    wait->call->fail({ErrorCode::busy, "timeout_usec: the sandbox still runs"});
    waits_.erase(wait);
}

void SandboxObject::givePidfd(const std::shared_ptr<IncomingCall>& call) {
    if (!sandbox_.isRunning()) {
        call->fail(notRunning());
        return;
    }
    call->reply([this](sd_bus_message* reply) { sd_bus_message_append(reply, "h", sandbox_.pidfd()); });
}

} // namespace sandboxd::bus
