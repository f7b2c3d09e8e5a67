// ONE request for a sandbox, from the checked Spec to the running sandbox or one error: a list of steps, each of which
// starts when the one before it has its answer. Destroying it undoes what it did, whatever step it is at.
#pragma once

#include "base/event.hpp"
#include "broker/consent.hpp"
#include "broker/order.hpp"
#include "broker/registry.hpp"
#include "launch/spawner_link.hpp"
#include "launch/warden_link.hpp"
#include "plan/build_plan.hpp"
#include "policy/limits.hpp"
#include "policy/owner_pool.hpp"
#include "spec/spec.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sandboxd::broker {

// What every request works with; all of it outlives the requests.
struct Services {
    sd_event* loop;
    launch::SpawnerLink& spawner;
    authority::Authority& authority;
    Registry& registry;
    policy::Quota& quota;
    policy::OwnerPool& owners;
    const policy::Limits& limits;
    const std::vector<std::string>& features;
    const plan::FilterSet& filters;
    bool appArmor; // on in this kernel
};

class Request {
public:
    // Called once, from the loop; the request may be destroyed in it.
    using Done = std::function<void(Result<Sandbox*>)>;

    Request(const Services& services, Order order, policy::Quota::Lease setup, Done done);
    ~Request();
    Request(const Request&) = delete;
    Request& operator=(const Request&) = delete;

    // For the log: "" until a warden was asked for.
    [[nodiscard]] const std::string& id() const noexcept { return id_; }
    // For the log: the actions that decided, all that were allowed or the one that was not.
    [[nodiscard]] const std::string& actions() const noexcept;

private:
    // The steps, in order.
    void begin();
    Result<void> checkOrder();
    Result<void> watchLifeline();
    Result<void> holdPlace();
    Result<void> reserve();
    void takeReservation(Result<UniqueFd> socket);
    void takeFacts(const wire::Facts& facts);
    Result<void> judgeCaller(const wire::Facts& facts);
    void takeWord(Consent::Word word);
    Result<void> launch(const policy::Grant& grant);
    void takeRunning(launch::Running running);

    void takeSetupFailure(const wire::Report& report);
    void takeWardenEnd();
    void setDeadline(std::uint64_t usec);
    void extendForDialog();
    void proceed(Result<void> step);
    void fail(Error error); // nothing of this request may be used afterwards
    [[nodiscard]] Facts describe(const launch::Running& running) const;

    const Services& services_;
    Order order_;
    policy::Quota::Lease setup_;
    Done done_;
    std::string id_;
    bool hasOwner_ = false;
    bool isLaunched_ = false;
    bool appArmor_ = false;
    plan::Plan plan_;
    std::optional<policy::Quota::Lease> sandbox_;
    std::unique_ptr<launch::WardenLink> warden_;
    std::optional<Consent> consent_;
    EventSource beginning_;
    EventSource deadline_;
    EventSource lifeline_;
};

} // namespace sandboxd::broker
