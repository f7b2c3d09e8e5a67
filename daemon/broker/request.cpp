#include "broker/request.hpp"

#include "base/lifeline.hpp"
#include "base/quote.hpp"
#include "broker/confinement.hpp"
#include "broker/features.hpp"
#include "broker/id.hpp"
#include "launch/sealed_memory.hpp"
#include "launch/step_names.hpp"
#include "plan/encode.hpp"
#include "policy/own_ids.hpp"
#include "spec/names.hpp"
#include "spec/validate.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace sandboxd::broker {

Request::Request(const Services& services, Order order, policy::Quota::Lease setup, Done done)
    : services_(services), order_(std::move(order)), setup_(std::move(setup)), done_(std::move(done)),
      beginning_(EventSource::soon(services.loop, [this] { begin(); })) {}

Request::~Request() {
    services_.spawner.forget(id_);
    // A reserved warden ends with its socket. One that was launched has to be told, and counts until it has ended.
    if (warden_ && isLaunched_) {
        services_.registry.retire(std::move(warden_), std::move(*sandbox_), order_.caller.uid);
    } else if (hasOwner_) {
        services_.owners.release(order_.caller.uid);
    }
}

const std::string& Request::actions() const noexcept {
    static const std::string least(policy::actionOf(policy::Right::spawn));
    return consent_ ? consent_->actions() : least;
}

void Request::begin() {
    setDeadline(order_.spec.startTimeoutUsec.value_or(services_.limits.startUsec));
    for (const auto step : {&Request::checkOrder, &Request::watchLifeline, &Request::holdPlace}) {
        if (Result<void> done = (this->*step)(); !done) {
            fail(std::move(done).error());
            return;
        }
    }
    consent_->askAhead(services_.appArmor);
    // Behind the question, which takes longer: whoever this one wakes may get our processor.
    beginning_ = EventSource::soon(services_.loop, [this] { proceed(reserve()); });
}

Result<void> Request::checkOrder() {
    if (auto valid = spec::validate(order_.spec); !valid) {
        return valid;
    }
    if (auto within = policy::withinLimits(order_.spec, services_.limits); !within) {
        return within;
    }
    if (auto present = requireFeatures(order_.spec.require, services_.features); !present) {
        return present;
    }
    if (!order_.spec.profile.empty() && order_.spec.profile != "default") {
        return Error{ErrorCode::noSuchProfile,
                     "profile: there is no " + quote(order_.spec.profile) + ", only the built-in \"default\""};
    }
    return {};
}

// While the request is pending its end cancels everything, a dialog included; afterwards the warden watches it.
Result<void> Request::watchLifeline() {
    if (!order_.spec.lifeline) {
        return {};
    }
    const int fd = order_.fds[order_.spec.lifeline->value];
    if (!isLifeline(fd)) {
        return Error{ErrorCode::badFileDescriptor, "lifeline: neither a pipe nor a stream socket"};
    }
    lifeline_ = EventSource::watch(services_.loop, fd, EPOLLRDHUP, [this](std::uint32_t) {
        fail({ErrorCode::setupFailed, "lifeline: its other end was closed"});
    });
    return {};
}

// The quota comes first: nobody is asked for a password for what would be refused anyway.
Result<void> Request::holdPlace() {
    const std::uint32_t uid = order_.caller.uid;
    Result<policy::Quota::Lease> held = services_.quota.holdSandbox(uid);
    if (!held) {
        return std::move(held).error();
    }
    sandbox_.emplace(std::move(held).value());
    consent_.emplace(
        services_.authority, order_, services_.quota.sandboxesOf(uid) - 1,
        [this](Consent::Word word) { takeWord(std::move(word)); }, [this] { extendForDialog(); });
    return {};
}

Result<void> Request::reserve() {
    Result<std::uint32_t> owner = services_.owners.acquire(order_.caller.uid);
    if (!owner) {
        return std::move(owner).error();
    }
    hasOwner_ = true;
    std::optional<std::string> id = makeId();
    if (!id) {
        return Error{ErrorCode::setupFailed, "setup: the kernel gives no random bytes"};
    }
    id_ = std::move(*id);
    services_.spawner.reserve({.id = id_, .uid = order_.caller.uid, .owner = owner.value(), .pid = order_.caller.pid},
                              order_.pidfd.get(),
                              [this](Result<UniqueFd> socket) { takeReservation(std::move(socket)); });
    return {};
}

void Request::takeReservation(Result<UniqueFd> socket) {
    if (!socket) {
        fail(std::move(socket).error());
        return;
    }
    warden_ = std::make_unique<launch::WardenLink>(
        services_.loop, std::move(socket).value(),
        launch::WardenLink::Handlers{
            .facts = [this](const wire::Facts& facts) { takeFacts(facts); },
            .failed = [this](const wire::Report& report) { takeSetupFailure(report); },
            .running = [this](launch::Running running) { takeRunning(std::move(running)); },
            .ended = [this] { takeWardenEnd(); },
        });
}

void Request::takeFacts(const wire::Facts& facts) {
    if (Result<void> judged = judgeCaller(facts); !judged) {
        fail(std::move(judged).error());
        return;
    }
    consent_->ask();
}

Result<void> Request::judgeCaller(const wire::Facts& facts) {
    if (facts.error == ESRCH) {
        return Error{ErrorCode::accessDenied, "caller: its process has ended"};
    }
    if (facts.error != 0) {
        return launch::describeFailure({.kind = wire::RecordKind::report,
                                        .step = static_cast<wire::SetupStep>(facts.step),
                                        .operation = wire::noOperation,
                                        .error = facts.error},
                                       plan_);
    }
    policy::Caller& caller = order_.caller;
    caller.confinement = facts.confinement;
    caller.gid = facts.gid;
    caller.startTimeTicks = facts.startTimeTicks;
    caller.appArmor = appArmor_ = facts.appArmor != 0;
    caller.label = facts.label;
    if (auto servable = checkServable(caller); !servable) {
        return servable;
    }
    if (std::find(caller.groups.begin(), caller.groups.end(), caller.gid) == caller.groups.end()) {
        return Error{ErrorCode::accessDenied, "caller: its primary group is not one of its connection's"};
    }
    return policy::checkOwnIds(order_.spec, caller);
}

void Request::takeWord(Consent::Word word) {
    if (const auto* grant = std::get_if<policy::Grant>(&word)) {
        proceed(launch(*grant));
        return;
    }
    auto& refusal = std::get<authority::Authority::Refusal>(word);
    if (refusal.right == policy::Right::spawnConfinedCaller && refusal.error.code == ErrorCode::accessDenied) {
        refusal.error.code = ErrorCode::callerConfined;
        refusal.error.message = "caller: " + describeConfinement(order_.caller) + "; " + refusal.error.message;
    }
    fail(std::move(refusal.error));
}

Result<void> Request::launch(const policy::Grant& grant) {
    Result<plan::Plan> plan =
        plan::buildPlan(order_.spec, order_.caller, grant, {.appArmor = appArmor_, .filters = services_.filters});
    if (!plan) {
        return std::move(plan).error();
    }
    plan_ = std::move(plan).value();
    Result<std::vector<std::byte>> bytes = plan::encode(plan_);
    if (!bytes) {
        return std::move(bytes).error();
    }
    Result<UniqueFd> memory = launch::sealedMemory(bytes.value());
    if (!memory) {
        return std::move(memory).error();
    }
    isLaunched_ = true;
    if (!warden_->launch(memory.value().get(), order_.fds)) {
        return Error{ErrorCode::setupFailed, "setup: the warden is gone"};
    }
    return {};
}

void Request::takeRunning(launch::Running running) {
    Facts facts = describe(running);
    hasOwner_ = false; // the registry's now, with the warden
    Sandbox& sandbox =
        services_.registry.adopt(std::move(facts), std::move(warden_), std::move(running), std::move(*sandbox_));
    const Done done = std::move(done_);
    done(&sandbox);
}

Facts Request::describe(const launch::Running& running) const {
    Facts facts;
    facts.id = id_;
    facts.uid = order_.caller.uid;
    facts.connection = order_.caller.uniqueName;
    facts.profile = "default";
    facts.description = order_.spec.description;
    facts.label = plan_.label.value_or("");
    facts.identity = spec::nameOf(order_.spec.identity);
    facts.network = spec::nameOf(order_.spec.network);
    facts.seccomp = spec::nameOf(order_.spec.seccomp);
    facts.endsWithConnection = order_.spec.lifetime == spec::Lifetime::call;
    facts.ownCgroup = running.report.cgroup != 0;
    facts.sharesPids = !order_.spec.namespaces.pid;
    facts.leaderPid = running.report.leaderPid;
    facts.startedRealtimeUsec = running.report.startedRealtimeUsec;
    facts.startedMonotonicUsec = running.report.startedMonotonicUsec;
    return facts;
}

void Request::takeSetupFailure(const wire::Report& report) {
    fail(launch::describeFailure(report, plan_));
}

void Request::takeWardenEnd() {
    warden_.reset(); // it has ended: nothing is left to wait for
    fail({ErrorCode::setupFailed, "setup: the warden ended before the payload ran"});
}

void Request::setDeadline(std::uint64_t usec) {
    deadline_ = EventSource::after(services_.loop, usec, [this] {
        fail({ErrorCode::setupFailed, "start-timeout-usec: the sandbox did not start in time"});
    });
}

// A person needs longer than a program, unless the caller has said how long is too long.
void Request::extendForDialog() {
    if (!order_.spec.startTimeoutUsec) {
        setDeadline(services_.limits.dialogUsec + services_.limits.setupUsec);
    }
}

void Request::proceed(Result<void> step) {
    if (!step) {
        fail(std::move(step).error());
    }
}

void Request::fail(Error error) {
    const Done done = std::move(done_);
    if (done) {
        done(std::move(error));
    }
}

} // namespace sandboxd::broker
