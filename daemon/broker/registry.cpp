#include "broker/registry.hpp"

namespace sandboxd::broker {

Sandbox& Registry::adopt(Facts facts, std::unique_ptr<launch::WardenLink> warden, launch::Running running,
                         policy::Quota::Lease lease) {
    const std::string id = facts.id;
    warden->setHandlers({.facts = {}, .failed = {}, .running = {}, .ended = [this, id] { takeEnd(id); }});
    auto entry =
        std::make_unique<Entry>(Sandbox(std::move(facts), std::move(warden), std::move(running), std::move(lease)));
    Sandbox& sandbox = entry->sandbox;
    entries_.emplace(id, std::move(entry));
    return sandbox;
}

void Registry::retire(std::unique_ptr<launch::WardenLink> warden, policy::Quota::Lease lease, std::uint32_t uid) {
    warden->end();
    const auto entry = retired_.insert(retired_.end(), Retired{std::move(warden), std::move(lease), uid});
    entry->warden->setHandlers({.facts = [](const wire::Facts&) {},
                                .failed = [](const wire::Report&) {},
                                .running = [](const launch::Running&) {},
                                .ended =
                                    [this, entry] {
                                        owners_.release(entry->uid);
                                        retired_.erase(entry);
                                    }});
}

Sandbox* Registry::find(std::string_view id) {
    const auto found = entries_.find(id);
    return found == entries_.end() ? nullptr : &found->second->sandbox;
}

Sandbox* Registry::findByLeader(std::int32_t pid) {
    for (auto& [id, entry] : entries_) {
        if (entry->sandbox.isRunning() && entry->sandbox.facts().leaderPid == pid) {
            return &entry->sandbox;
        }
    }
    return nullptr;
}

void Registry::forEach(const std::function<void(const Sandbox&)>& visit) const {
    for (const auto& [id, entry] : entries_) {
        visit(entry->sandbox);
    }
}

void Registry::endOf(std::string_view connection) {
    for (auto& [id, entry] : entries_) {
        const Facts& facts = entry->sandbox.facts();
        if (facts.endsWithConnection && facts.connection == connection) {
            entry->sandbox.end();
        }
    }
}

void Registry::takeEnd(const std::string& id) {
    Entry& entry = *entries_.at(id);
    entry.sandbox.takeEnd();
    owners_.release(entry.sandbox.facts().uid);
    entry.lingering = EventSource::after(loop_, lingerUsec_, [this, id] { remove(id); });
    observer_.ended(entry.sandbox);
}

void Registry::remove(const std::string& id) {
    const auto found = entries_.find(id);
    observer_.removed(found->second->sandbox);
    entries_.erase(found);
}

} // namespace sandboxd::broker
