#include "broker/sandbox.hpp"

#include <csignal>
#include <utility>

namespace sandboxd::broker {

std::string_view endsBy(const Facts& facts) noexcept {
    if (facts.ownCgroup) {
        return "cgroup";
    }
    return facts.sharesPids ? "walk" : "pid-namespace";
}

std::string_view Ending::result() const noexcept {
    switch (code) {
    case CLD_EXITED:
        return status == 0 ? "success" : "exit-code";
    case CLD_KILLED:
        return "signal";
    case CLD_DUMPED:
        return "core-dump";
    default:
        return "lost";
    }
}

Sandbox::Sandbox(Facts facts, std::unique_ptr<launch::WardenLink> warden, launch::Running running,
                 policy::Quota::Lease lease)
    : facts_(std::move(facts)), warden_(std::move(warden)), pidfd_(std::move(running.pidfd)),
      status_(std::move(running.status)), lease_(std::move(lease)) {}

bool Sandbox::signalLeader(int signal) {
    return warden_ && warden_->signalLeader(signal);
}

bool Sandbox::end() {
    return warden_ && warden_->end();
}

void Sandbox::whenEnded(std::function<void(const Sandbox&)> callback) {
    if (isRunning()) {
        waiting_.push_back(std::move(callback));
    } else {
        callback(*this);
    }
}

void Sandbox::takeEnd() {
    const auto status = launch::readExitStatus(status_.get());
    if (status) {
        ending_ = {status->code, status->status};
    }
    warden_.reset();
    pidfd_.reset();
    status_.reset();
    lease_.release();
    for (const auto& callback : std::exchange(waiting_, {})) {
        callback(*this);
    }
}

} // namespace sandboxd::broker
