#include "bus/manager.hpp"

#include "base/log.hpp"
#include "bus/leader_pid.hpp"
#include "bus/message_writer.hpp"

namespace sandboxd::bus {

namespace {

constexpr const char* managerPath = "/org/sandboxd1";
constexpr const char* managerInterface = "org.sandboxd1.Manager";
constexpr const char* sandboxInterface = "org.sandboxd1.Sandbox";
constexpr const char* version = SANDBOXD_VERSION;

} // namespace

Manager::Manager(sdbus::IConnection& connection, const broker::Services& services)
    : connection_(connection), bus_(rawBus(connection)), services_(services), closer_(services.loop),
      credentials_(bus_, [this](const std::string& name) { takeGone(name); }),
      access_(services.loop, credentials_, services.authority, services.quota, closer_),
      hidden_(bus_, services.registry, access_),
      spawns_(services, credentials_, [this](broker::Sandbox& sandbox) { takeStarted(sandbox); }),
      object_(sdbus::createObject(connection, sdbus::ObjectPath{managerPath})) {
    services_.registry.setObserver({.ended = [this](const broker::Sandbox& sandbox) { takeEnded(sandbox); },
                                    .removed = [this](const broker::Sandbox& sandbox) { takeRemoved(sandbox); }});
    registerInterface(*object_, describe());
}

Method Manager::method(std::string name, std::string in, std::vector<std::string> inNames, std::string out,
                       std::vector<std::string> outNames, void (Manager::*handler)(const Call&)) {
    return {
        std::move(name),     std::move(in),
        std::move(inNames),  std::move(out),
        std::move(outNames), [this, handler](sd_bus_message* message) { (this->*handler)(access_.adopt(message)); }};
}

Interface Manager::describe() {
    Interface interface {
        .name = managerInterface, .methods = {}, .properties = {}, .signals = {}
    };
    interface.methods = {
        method("Spawn", "saaya{uh}a{sv}", {"profile", "argv", "fds", "options"}, "oha{sv}",
               {"sandbox", "pidfd", "results"}, &Manager::spawn),
        method("Subscribe", "", {}, "", {}, &Manager::subscribe),
        method("ListSandboxes", "a{sv}", {"filter"}, "a(sosuta{sv})", {"sandboxes"}, &Manager::list),
        method("GetSandbox", "s", {"id"}, "o", {"sandbox"}, &Manager::find),
        method("GetSandboxByPIDFD", "h", {"pidfd"}, "os", {"sandbox", "id"}, &Manager::findByPidfd),
    };
    interface.signals = {{"SandboxNew", "so", {"id", "sandbox"}}, {"SandboxRemoved", "so", {"id", "sandbox"}}};
    addProperties(interface);
    return interface;
}

void Manager::addProperties(Interface& interface) {
    interface.properties.push_back(
        {"Version", "s", true, [](sd_bus_message* reply) { append(reply, std::string(version)); }});
    interface.properties.push_back(
        {"Features", "as", true, [this](sd_bus_message* reply) { append(reply, services_.features); }});
    interface.properties.push_back({"Limits", "a{sv}", true, [this](sd_bus_message* reply) {
                                        Entries entries;
                                        for (const policy::LimitRow& row : policy::limitRows) {
                                            entries.emplace_back(row.name.data(), row.of(services_.limits));
                                        }
                                        appendDictionary(reply, entries);
                                    }});
}

void Manager::spawn(const Call& call) {
    spawns_.take(call);
}

void Manager::subscribe(const Call& call) {
    credentials_.get(call->sender(), [this, call](const Result<const Peer*>& peer) {
        if (!peer) {
            call->fail(peer.error());
            return;
        }
        subscribers_[call->sender()] = peer.value()->uid;
        call->reply([](sd_bus_message*) {});
    });
}

void Manager::list(const Call& call) {
    Result<bool> all = decodeListFilter(call->message());
    if (!all) {
        call->fail(all.error());
    } else if (all.value()) {
        access_.whenManager(call, [this](const Call& allowed) { replyList(*allowed, std::nullopt); });
    } else {
        credentials_.get(call->sender(), [this, call](const Result<const Peer*>& peer) {
            if (peer) {
                replyList(*call, peer.value()->uid);
            } else {
                call->fail(peer.error());
            }
        });
    }
}

void Manager::replyList(IncomingCall& call, std::optional<std::uint32_t> uid) {
    call.reply([this, uid](sd_bus_message* reply) {
        sd_bus_message_open_container(reply, 'a', "(sosuta{sv})");
        services_.registry.forEach([&](const broker::Sandbox& sandbox) {
            const broker::Facts& facts = sandbox.facts();
            if (uid && facts.uid != *uid) {
                return;
            }
            sd_bus_message_open_container(reply, 'r', "sosuta{sv}");
            sd_bus_message_append(reply, "sosut", facts.id.c_str(), objectPathOf(facts.id).c_str(),
                                  sandbox.isRunning() ? "running" : "ended", facts.uid, facts.startedRealtimeUsec);
            appendDictionary(reply, {{"description", facts.description},
                                     {"leader-pid", static_cast<std::uint64_t>(facts.leaderPid)},
                                     {"network", facts.network}});
            sd_bus_message_close_container(reply);
        });
        sd_bus_message_close_container(reply);
    });
}

void Manager::find(const Call& call) {
    const char* id = nullptr;
    sd_bus_message_read(call->message(), "s", &id);
    replyFound(call, services_.registry.find(id), false);
}

void Manager::findByPidfd(const Call& call) {
    int pidfd = -1;
    sd_bus_message_read(call->message(), "h", &pidfd);
    const std::optional<std::int32_t> pid = pidOf(pidfd);
    if (!pid) {
        call->fail({ErrorCode::badFileDescriptor, "pidfd: not a pidfd of a living process"});
        return;
    }
    replyFound(call, services_.registry.findByLeader(*pid), true);
}

void Manager::replyFound(const Call& call, broker::Sandbox* sandbox, bool withId) {
    if (sandbox == nullptr) {
        call->fail(noSuchSandbox());
        return;
    }
    access_.whenOwner(sandbox->facts().uid, call, [id = sandbox->facts().id, withId](const Call& allowed) {
        allowed->reply([&](sd_bus_message* reply) {
            sd_bus_message_append(reply, "o", objectPathOf(id).c_str());
            if (withId) {
                append(reply, id);
            }
        });
    });
}

// The reply to Spawn has been queued before.
void Manager::takeStarted(broker::Sandbox& sandbox) {
    const std::string& id = sandbox.facts().id;
    objects_[id] = std::make_unique<SandboxObject>(services_.loop, connection_, access_, services_.quota, sandbox);
    emitPresence(sandbox, "SandboxNew");
    emit(sandbox, objectPathOf(id), sandboxInterface, "Started", [&](sd_bus_message* signal) {
        appendDictionary(signal, {{"id", id}});
    });
}

void Manager::takeEnded(const broker::Sandbox& sandbox) {
    const broker::Ending& ending = sandbox.ending();
    log::write(log::Level::info, log::ended, "sandbox ended",
               {{"SANDBOX_ID", sandbox.facts().id},
                {"CALLER_UID", std::to_string(sandbox.facts().uid)},
                {"RESULT", std::string(ending.result())},
                {"STATUS", std::to_string(ending.status)}});
    emit(sandbox, objectPathOf(sandbox.facts().id), sandboxInterface, "Exited", [&](sd_bus_message* signal) {
        sd_bus_message_append(signal, "ii", ending.code, ending.status);
        appendDictionary(signal, {{"result", std::string(ending.result())}});
    });
}

void Manager::takeRemoved(const broker::Sandbox& sandbox) {
    emitPresence(sandbox, "SandboxRemoved");
    objects_.erase(sandbox.facts().id);
}

void Manager::takeGone(const std::string& connection) {
    subscribers_.erase(connection);
    spawns_.cancelOf(connection);
    access_.cancelOf(connection);
    for (const auto& [id, object] : objects_) {
        object->cancelOf(connection);
    }
    services_.registry.endOf(connection);
}

void Manager::emitPresence(const broker::Sandbox& sandbox, const char* member) {
    const std::string& id = sandbox.facts().id;
    emit(sandbox, managerPath, managerInterface, member,
         [&](sd_bus_message* signal) { sd_bus_message_append(signal, "so", id.c_str(), objectPathOf(id).c_str()); });
}

void Manager::emit(const broker::Sandbox& sandbox, const std::string& path, const char* interface, const char* member,
                   const Fill& fill) {
    std::set<std::string> receivers{sandbox.facts().connection};
    for (const auto& [name, uid] : subscribers_) {
        if (uid == sandbox.facts().uid) {
            receivers.insert(name);
        }
    }
    for (const std::string& receiver : receivers) {
        sd_bus_message* signal = nullptr;
        if (sd_bus_message_new_signal(bus_, &signal, path.c_str(), interface, member) < 0) {
            continue;
        }
        const MessagePointer owner(signal);
        fill(signal);
        sd_bus_send_to(bus_, signal, receiver.c_str(), nullptr);
    }
}

} // namespace sandboxd::bus
