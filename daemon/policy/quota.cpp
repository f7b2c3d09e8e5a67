#include "policy/quota.hpp"

#include <algorithm>
#include <utility>

namespace sandboxd::policy {
namespace {

// Uids that failed once and stayed away are forgotten when more than this many are remembered.
constexpr std::size_t rememberedUids = 1024;

Error exceeded(const std::string& what, std::uint32_t limit) {
    return Error{ErrorCode::limitsExceeded, what + ": more than " + std::to_string(limit)};
}

} // namespace

Quota::Lease::Lease(Quota& quota, Kind kind, std::uint32_t uid, std::string connection)
    : quota_(&quota), kind_(kind), uid_(uid), connection_(std::move(connection)) {}

Quota::Lease::Lease(Lease&& other) noexcept
    : quota_(std::exchange(other.quota_, nullptr)), kind_(other.kind_), uid_(other.uid_),
      connection_(std::move(other.connection_)) {}

Quota::Lease& Quota::Lease::operator=(Lease&& other) noexcept {
    if (this != &other) {
        release();
        quota_ = std::exchange(other.quota_, nullptr);
        kind_ = other.kind_;
        uid_ = other.uid_;
        connection_ = std::move(other.connection_);
    }
    return *this;
}

void Quota::Lease::release() noexcept {
    if (Quota* quota = std::exchange(quota_, nullptr); quota != nullptr) {
        quota->give(kind_, uid_, connection_);
    }
}

Result<std::optional<Quota::Lease>> Quota::admit(RequestId request, std::uint32_t uid, std::uint64_t nowUsec) {
    if (Result<void> rate = checkRate(uid, nowUsec); !rate) {
        return std::move(rate).error();
    }
    const auto queue = queues_.find(uid);
    // Who has others waiting waits behind them.
    if (queue == queues_.end() && maySetUp(uid)) {
        return std::optional<Lease>(take(Kind::setup, uid));
    }
    if (queue != queues_.end() && queue->second.size() >= limits_.queued) {
        return exceeded("requests: waiting", limits_.queued);
    }
    queues_[uid].push_back(request);
    return std::optional<Lease>();
}

std::optional<Quota::Turn> Quota::takeTurn() {
    auto queue = queues_.upper_bound(lastServed_);
    for (std::size_t tried = 0; tried < queues_.size(); ++tried, ++queue) {
        if (queue == queues_.end()) {
            queue = queues_.begin();
        }
        const std::uint32_t uid = queue->first;
        if (!maySetUp(uid)) {
            continue;
        }
        const RequestId request = queue->second.front();
        queue->second.pop_front();
        if (queue->second.empty()) {
            queues_.erase(queue);
        }
        lastServed_ = uid;
        return Turn{request, take(Kind::setup, uid)};
    }
    return std::nullopt;
}

void Quota::cancel(RequestId request) {
    for (auto& [uid, queue] : queues_) {
        std::erase(queue, request);
    }
    std::erase_if(queues_, [](const auto& entry) { return entry.second.empty(); });
}

std::uint64_t Quota::refusalCost() const noexcept {
    return limits_.refusalRefillUsec / std::max<std::uint32_t>(limits_.refusalBurst, 1);
}

// Each refusal costs its share of the refill time; what is owed melts away as time passes.
void Quota::recordRefusal(std::uint32_t uid, std::uint64_t nowUsec) {
    if (spentUntil_.size() >= rememberedUids) {
        std::erase_if(spentUntil_, [nowUsec](const auto& entry) { return entry.second <= nowUsec; });
    }
    std::uint64_t& until = spentUntil_[uid];
    until = std::max(until, nowUsec) + refusalCost();
    // Refusing the rest costs nothing more: who stops gets a whole burst after one refill.
    until = std::min(until, nowUsec + limits_.refusalRefillUsec);
}

Result<void> Quota::checkRate(std::uint32_t uid, std::uint64_t nowUsec) const {
    const auto entry = spentUntil_.find(uid);
    if (entry != spentUntil_.end() && entry->second > nowUsec &&
        entry->second - nowUsec + refusalCost() > limits_.refusalRefillUsec) {
        return Error{ErrorCode::rateLimited, "requests: too many were refused or failed"};
    }
    return {};
}

bool Quota::isNews(std::uint32_t uid, std::uint64_t nowUsec) {
    if (toldUntil_.size() >= rememberedUids) {
        std::erase_if(toldUntil_, [nowUsec](const auto& entry) { return entry.second <= nowUsec; });
    }
    std::uint64_t& until = toldUntil_[uid];
    const bool news = until <= nowUsec;
    until = news ? nowUsec + limits_.refusalRefillUsec : until;
    return news;
}

Result<Quota::Lease> Quota::holdSandbox(std::uint32_t uid) {
    if (countsOf(uid).sandboxes >= limits_.running) {
        return exceeded("running: sandboxes of this uid", limits_.running);
    }
    if (total_.sandboxes >= limits_.sandboxes) {
        return exceeded("running: sandboxes in all", limits_.sandboxes);
    }
    return take(Kind::sandbox, uid);
}

Result<Quota::Lease> Quota::beginCheck(std::uint32_t uid) {
    if (total_.checks >= limits_.pendingChecks || countsOf(uid).checks >= limits_.inSetup) {
        return Error{ErrorCode::busy, "authorisation: too many checks are pending"};
    }
    return take(Kind::check, uid);
}

Result<Quota::Lease> Quota::openDialog(std::uint32_t uid) {
    if (countsOf(uid).dialogs >= limits_.dialogsPerUid || total_.dialogs >= limits_.dialogs) {
        return Error{ErrorCode::busy, "authorisation: another dialog is open"};
    }
    return take(Kind::dialog, uid);
}

Result<Quota::Lease> Quota::beginWait(const std::string& connection) {
    const auto waiting = waits_.find(connection);
    if (waiting != waits_.end() && waiting->second >= limits_.waitsPerConnection) {
        return exceeded("wait: pending calls of this connection", limits_.waitsPerConnection);
    }
    ++waits_[connection];
    return Lease(*this, Kind::wait, 0, connection);
}

std::uint32_t Quota::sandboxesOf(std::uint32_t uid) const {
    return countsOf(uid).sandboxes;
}

bool Quota::idle() const noexcept {
    return total_.empty() && perUid_.empty() && waits_.empty() && queues_.empty();
}

std::uint32_t& Quota::counter(Counts& counts, Kind kind) {
    switch (kind) {
    case Kind::sandbox:
        return counts.sandboxes;
    case Kind::check:
        return counts.checks;
    case Kind::dialog:
        return counts.dialogs;
    case Kind::setup:
    case Kind::wait: // counted by connection, never here
        break;
    }
    return counts.setups;
}

Quota::Counts Quota::countsOf(std::uint32_t uid) const {
    const auto entry = perUid_.find(uid);
    return entry == perUid_.end() ? Counts{} : entry->second;
}

// A request in setup asks polkit at most once at a time, so as many as may ask may be in setup.
bool Quota::maySetUp(std::uint32_t uid) const {
    return countsOf(uid).setups < limits_.inSetup && total_.setups < limits_.pendingChecks;
}

Quota::Lease Quota::take(Kind kind, std::uint32_t uid) {
    ++counter(perUid_[uid], kind);
    ++counter(total_, kind);
    return Lease(*this, kind, uid);
}

void Quota::give(Kind kind, std::uint32_t uid, const std::string& connection) noexcept {
    if (kind == Kind::wait) {
        const auto waiting = waits_.find(connection);
        if (--waiting->second == 0) {
            waits_.erase(waiting);
        }
        return;
    }
    const auto entry = perUid_.find(uid);
    --counter(entry->second, kind);
    --counter(total_, kind);
    if (entry->second.empty()) {
        perUid_.erase(entry);
    }
}

} // namespace sandboxd::policy
