#include "bus/fd_closer.hpp"

#include "base/log.hpp"
#include "base/syscall.hpp"

#include <sys/epoll.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

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

void FdCloser::neutralise(const std::vector<int>& fds, std::function<void()> done) {
    int pidfd = -1;
    const long child = forkWithDescriptors(pidfd);
    if (child == 0) {
        replaceAll(null_.get(), fds);
    }
    if (child < 0) {
        // The descriptors stay open rather than risk our loop.
        log::write(log::Level::error, log::service, "no process to close descriptors of callers",
                   {{"REASON", ::strerrordesc_np(errno)}});
        return;
    }
    const auto job = jobs_.insert(jobs_.end(), Job{UniqueFd(pidfd), std::move(done), {}});
    job->watch = EventSource::watch(loop_, pidfd, EPOLLIN, [this, job](std::uint32_t) { finish(job); });
}

void FdCloser::finish(std::list<Job>::iterator job) {
    siginfo_t info{};
    sys::waitEnd(job->child.get(), info, 0);
    const std::function<void()> done = std::move(job->done);
    jobs_.erase(job);
    done();
}

} // namespace sandboxd::bus
