// /org/sandboxd1 on the bus. Forwards only: Spawn to Spawns, the rest to the registry.
#pragma once

#include "authority/sdbus_versions.hpp"
#include "broker/registry.hpp"
#include "broker/request.hpp"
#include "bus/access.hpp"
#include "bus/credentials.hpp"
#include "bus/hidden_objects.hpp"
#include "bus/sandbox_object.hpp"
#include "bus/spawns.hpp"

#include <map>
#include <memory>
#include <set>
#include <string>

namespace sandboxd::bus {

class Manager {
public:
    Manager(sdbus::IConnection& connection, const broker::Services& services);
    Manager(const Manager&) = delete;
    Manager& operator=(const Manager&) = delete;
    ~Manager() = default;

private:
    using Call = std::shared_ptr<IncomingCall>;

    [[nodiscard]] Interface describe();
    Method method(std::string name, std::string in, std::vector<std::string> inNames, std::string out,
                  std::vector<std::string> outNames, void (Manager::*handler)(const Call&));
    void addProperties(Interface& interface);

    void spawn(const Call& call);
    void subscribe(const Call& call);
    void list(const Call& call);
    void replyList(IncomingCall& call, std::optional<std::uint32_t> uid);
    void find(const Call& call);
    void findByPidfd(const Call& call);
    void replyFound(const Call& call, broker::Sandbox* sandbox, bool withId);

    void takeStarted(broker::Sandbox& sandbox);
    void takeEnded(const broker::Sandbox& sandbox);
    void takeRemoved(const broker::Sandbox& sandbox);
    void takeGone(const std::string& connection);

    using Fill = std::function<void(sd_bus_message*)>;
    // To the spawning connection and to those of its uid that subscribed.
    void emit(const broker::Sandbox& sandbox, const std::string& path, const char* interface, const char* member,
              const Fill& fill);
    void emitPresence(const broker::Sandbox& sandbox, const char* member);

    sdbus::IConnection& connection_;
    sd_bus* bus_;
    const broker::Services& services_;
    FdCloser closer_;
    Credentials credentials_;
    Access access_;
    HiddenObjects hidden_;
    Spawns spawns_;
    std::map<std::string, std::uint32_t> subscribers_; // unique name -> uid
    std::map<std::string, std::unique_ptr<SandboxObject>> objects_;
    std::unique_ptr<sdbus::IObject> object_; // last: no call arrives before the rest is there
};

} // namespace sandboxd::bus
