// All sandboxes, from their payload's exec until a while after their end. Tells one observer what happens to them.
#pragma once

#include "base/event.hpp"
#include "broker/sandbox.hpp"
#include "policy/owner_pool.hpp"

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace sandboxd::broker {

class Registry {
public:
    struct Observer {
        std::function<void(const Sandbox&)> ended;
        std::function<void(const Sandbox&)> removed; // just before it is forgotten
    };

    Registry(sd_event* loop, policy::OwnerPool& owners, std::uint64_t lingerUsec)
        : loop_(loop), owners_(owners), lingerUsec_(lingerUsec) {}

    void setObserver(Observer observer) { observer_ = std::move(observer); }

    // Takes the sandbox over, with its caller's slot in the pool of owners.
    Sandbox& adopt(Facts facts, std::unique_ptr<launch::WardenLink> warden, launch::Running running,
                   policy::Quota::Lease lease);

    // Ends one that was launched and that nobody takes. Its places, in the quota and in the pool of owners, are free
    // only when its warden has ended: a caller can hold that up, and would else have more than its share.
    void retire(std::unique_ptr<launch::WardenLink> warden, policy::Quota::Lease lease, std::uint32_t uid);

    [[nodiscard]] Sandbox* find(std::string_view id);
    // The running sandbox whose payload has this pid in our pid namespace.
    [[nodiscard]] Sandbox* findByLeader(std::int32_t pid);
    void forEach(const std::function<void(const Sandbox&)>& visit) const;

    // Ends the sandboxes that live as long as this connection.
    void endOf(std::string_view connection);

private:
    struct Entry {
        explicit Entry(Sandbox content) : sandbox(std::move(content)) {}
        Sandbox sandbox;
        EventSource lingering;
    };

    struct Retired {
        std::unique_ptr<launch::WardenLink> warden;
        policy::Quota::Lease lease;
        std::uint32_t uid;
    };

    void takeEnd(const std::string& id);
    void remove(const std::string& id);

    sd_event* loop_;
    policy::OwnerPool& owners_;
    std::uint64_t lingerUsec_;
    Observer observer_;
    std::map<std::string, std::unique_ptr<Entry>, std::less<>> entries_;
    std::list<Retired> retired_;
};

} // namespace sandboxd::broker
