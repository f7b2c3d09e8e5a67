#include "bus/closing_process.hpp"

#include "base/syscall.hpp"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

namespace sandboxd::bus {

namespace {

// False: we are gone, and would be seen as the end of nothing else, since both ends of the socket are in its table.
bool awaitList(int socket, int parent) {
    pollfd entries[] = {{socket, POLLIN, 0}, {parent, POLLIN, 0}};
    while (::poll(entries, 2, -1) < 0) {
        if (errno != EINTR) {
            return false;
        }
    }
    return entries[1].revents == 0;
}

// In the process: its own memory, our descriptor table. Nothing but system calls. An empty list is the last.
[[noreturn]] void live(int socket, int parent, int null) {
    std::array<int, ClosingProcess::mostFds> fds{};
    while (awaitList(socket, parent)) {
        const ssize_t size = ::recv(socket, fds.data(), sizeof fds, 0);
        if (size <= 0) {
            break;
        }
        for (std::size_t i = 0; i < static_cast<std::size_t>(size) / sizeof(int); ++i) {
            ::dup3(null, fds[i], O_CLOEXEC);
        }
        const char done = 1;
        ::send(socket, &done, 1, MSG_NOSIGNAL);
    }
    ::_exit(0);
}

// clone(2), not clone3(2): the latter is ENOSYS under systemd's RestrictNamespaces=, whose filter cannot see its flags.
long forkWithDescriptors(int& pidfd) {
    return ::syscall(SYS_clone, CLONE_FILES | CLONE_PIDFD | SIGCHLD, nullptr, &pidfd, nullptr, nullptr);
}

} // namespace

std::unique_ptr<ClosingProcess> ClosingProcess::start(sd_event* loop, int null) {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        return nullptr;
    }
    std::unique_ptr<ClosingProcess> process(new ClosingProcess);
    process->socket_.reset(ends[0]);
    process->itsSocket_.reset(ends[1]);
    process->us_ = sys::openPidfd(::getpid());
    int pidfd = -1;
    const long pid = process->us_ ? forkWithDescriptors(pidfd) : -1;
    if (pid == 0) {
        live(process->itsSocket_.get(), process->us_.get(), null);
    }
    if (pid < 0) {
        return nullptr;
    }
    process->pidfd_.reset(pidfd);
    process->watch(loop);
    return process;
}

void ClosingProcess::watch(sd_event* loop) {
    answer_ = EventSource::watch(loop, socket_.get(), EPOLLIN, [this](std::uint32_t) {
        char done = 0;
        finish(::recv(socket_.get(), &done, 1, MSG_DONTWAIT) == 1);
    });
    end_ = EventSource::watch(loop, pidfd_.get(), EPOLLIN, [this](std::uint32_t) {
        end_.reset();
        hasEnded_ = true;
        finish(false);
    });
}

ClosingProcess::~ClosingProcess() {
    if (!pidfd_) {
        return;
    }
    ::send(socket_.get(), nullptr, 0, MSG_NOSIGNAL | MSG_DONTWAIT);
    siginfo_t info{};
    sys::waitEnd(pidfd_.get(), info, done_ ? WNOHANG : 0);
}

void ClosingProcess::replace(const std::vector<int>& fds, std::function<void(bool)> done) {
    done_ = std::move(done);
    const std::size_t size = fds.size() * sizeof(int);
    // It fails for the end of the process only, which is told like any other.
    static_cast<void>(::send(socket_.get(), fds.data(), size, MSG_NOSIGNAL | MSG_DONTWAIT));
}

void ClosingProcess::finish(bool replaced) {
    const auto done = std::exchange(done_, nullptr);
    if (done) {
        done(replaced); // may be our end
    }
}

} // namespace sandboxd::bus
