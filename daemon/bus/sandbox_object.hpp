// The D-Bus object of one sandbox. Forwards only: who may is asked of Access, what happens is the registry's.
#pragma once

#include "authority/sdbus_versions.hpp"
#include "broker/registry.hpp"
#include "bus/access.hpp"
#include "policy/quota.hpp"

#include <list>
#include <memory>
#include <string>

namespace sandboxd::bus {

[[nodiscard]] std::string objectPathOf(const std::string& id);

class SandboxObject {
public:
    SandboxObject(sd_event* loop, sdbus::IConnection& connection, Access& access, policy::Quota& quota,
                  broker::Sandbox& sandbox);

    // Forgets the pending Waits of a connection that is gone.
    void cancelOf(const std::string& connection);

private:
    struct Wait {
        std::shared_ptr<IncomingCall> call;
        policy::Quota::Lease lease;
        EventSource timeout;
    };

    [[nodiscard]] Interface describe();
    void addProperties(Interface& interface);
    Property guarded(std::string name, std::string signature, std::function<void(sd_bus_message*)> append);

    void kill(const std::shared_ptr<IncomingCall>& call);
    void terminate(const std::shared_ptr<IncomingCall>& call);
    void wait(const std::shared_ptr<IncomingCall>& call);
    void answerWaits();
    void giveUp(std::list<Wait>::iterator wait);
    void givePidfd(const std::shared_ptr<IncomingCall>& call);
    Method method(std::string name, std::string in, std::vector<std::string> inNames, std::string out,
                  std::vector<std::string> outNames,
                  void (SandboxObject::*handler)(const std::shared_ptr<IncomingCall>&));

    sd_event* loop_;
    Access& access_;
    policy::Quota& quota_;
    broker::Sandbox& sandbox_;
    std::shared_ptr<void> alive_ = std::make_shared<int>(); // tells callbacks that come late
    std::list<Wait> waits_;
    EventSource grace_;
    std::unique_ptr<sdbus::IObject> object_; // last: no call arrives before the rest is there
};

} // namespace sandboxd::bus
