#include "bus/fd_closer.hpp"

#include "base/error_text.hpp"
#include "base/log.hpp"

#include <fcntl.h>

#include <cerrno>
#include <cstdlib>
#include <iterator>
#include <utility>

namespace sandboxd::bus {

FdCloser::FdCloser(sd_event* loop) : loop_(loop), null_(::open("/dev/null", O_RDWR | O_CLOEXEC)) {
    if (!null_) {
        std::abort(); // at start only; a system without /dev/null runs nothing
    }
    idle_ = ClosingProcess::start(loop_, null_.get()); // now, while there is little memory to copy
}

// Of one uid one after the other; of connections that were gone before the bus could say whose they were, some at once.
std::size_t FdCloser::processesOf(Sender sender) noexcept {
    return sender ? 1 : 64;
}

void FdCloser::neutralise(Sender sender, std::vector<int> fds, std::function<void()> done) {
    accounts_[sender].waiting.push_back(Job{std::move(fds), std::move(done), nullptr});
    startWaiting(sender);
}

void FdCloser::startWaiting(Sender sender) {
    Account& account = accounts_[sender];
    while (!account.waiting.empty() && account.running.size() < processesOf(sender)) {
        account.running.splice(account.running.end(), account.waiting, account.waiting.begin());
        const auto job = std::prev(account.running.end());
        if (!start(sender, job)) {
            account.waiting.splice(account.waiting.begin(), account.running, job);
            break; // with the next one of this sender
        }
    }
    if (account.running.empty() && account.waiting.empty()) {
        accounts_.erase(sender);
    }
}

bool FdCloser::start(Sender sender, Jobs::iterator job) {
    const bool isFree = idle_ && !idle_->hasEnded();
    job->process = isFree ? std::move(idle_) : ClosingProcess::start(loop_, null_.get());
    if (!job->process) {
        // The descriptors stay open rather than risk our loop.
        log::write(log::Level::error, log::service, "no process to close descriptors of callers",
                   {{"REASON", errorText(errno)}});
        return false;
    }
    job->process->replace(job->fds, [this, sender, job](bool replaced) { finish(sender, job, replaced); });
    return true;
}

void FdCloser::finish(Sender sender, Jobs::iterator job, bool replaced) {
    Account& account = accounts_[sender];
    if (!replaced) { // somebody has ended the process: another does it
        job->process.reset();
        account.waiting.splice(account.waiting.begin(), account.running, job);
        startWaiting(sender);
        return;
    }
    const std::function<void()> done = std::move(job->done);
    idle_ = std::move(job->process);
    account.running.erase(job);
    startWaiting(sender);
    done();
}

} // namespace sandboxd::bus
