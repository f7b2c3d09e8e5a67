#include "bus/fd_closer.hpp"

#include "base/error_text.hpp"
#include "base/log.hpp"
#include "base/syscall.hpp"

#include <sys/epoll.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <iterator>
#include <utility>

namespace sandboxd::bus {

namespace {

// In the child: its own memory, our descriptor table. Nothing but system calls.
[[noreturn]] void replaceAll(int null, const std::vector<int>& fds) {
    for (const int fd : fds) {
        ::dup3(null, fd, O_CLOEXEC);
    }
    ::_exit(0);
}

// clone(2), not clone3(2): the latter is ENOSYS under systemd's RestrictNamespaces=, whose filter cannot see its flags.
long forkWithDescriptors(int& pidfd) {
    return ::syscall(SYS_clone, CLONE_FILES | CLONE_PIDFD | SIGCHLD, nullptr, &pidfd, nullptr, nullptr);
}

} // namespace

FdCloser::FdCloser(sd_event* loop) : loop_(loop), null_(::open("/dev/null", O_RDWR | O_CLOEXEC)) {
    if (!null_) {
        std::abort(); // at start only; a system without /dev/null runs nothing
    }
}

// Of one uid one after the other; of connections that were gone before the bus could say whose they were, some at once.
std::size_t FdCloser::childrenOf(Sender sender) noexcept {
    return sender ? 1 : 64;
}

void FdCloser::neutralise(Sender sender, std::vector<int> fds, std::function<void()> done) {
    accounts_[sender].waiting.push_back(Job{std::move(fds), std::move(done), {}, {}});
    startWaiting(sender);
}

void FdCloser::startWaiting(Sender sender) {
    Account& account = accounts_[sender];
    while (!account.waiting.empty() && account.running.size() < childrenOf(sender)) {
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
    int pidfd = -1;
    const long child = forkWithDescriptors(pidfd);
    if (child == 0) {
        replaceAll(null_.get(), job->fds);
    }
    if (child < 0) {
        // The descriptors stay open rather than risk our loop.
        log::write(log::Level::error, log::service, "no process to close descriptors of callers",
                   {{"REASON", errorText(errno)}});
        return false;
    }
    job->child.reset(pidfd);
    job->watch = EventSource::watch(loop_, pidfd, EPOLLIN, [this, sender, job](std::uint32_t) { finish(sender, job); });
    return true;
}

void FdCloser::finish(Sender sender, Jobs::iterator job) {
    siginfo_t info{};
    sys::waitEnd(job->child.get(), info, 0);
    const std::function<void()> done = std::move(job->done);
    accounts_[sender].running.erase(job);
    startWaiting(sender);
    done();
}

} // namespace sandboxd::bus
