#include "spawner/spawner.hpp"

#include "base/syscall.hpp"
#include "spawner/connection.hpp"
#include "spawner/reserve.hpp"
#include "warden/record_socket.hpp"
#include "warden/warden.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

#include <cerrno>
#include <csignal>
#include <utility>

namespace sandboxd::spawner {

namespace {

UniqueFd watchChildren() noexcept {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    if (::sigprocmask(SIG_BLOCK, &signals, nullptr) != 0) {
        return UniqueFd();
    }
    return UniqueFd(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
}

// Of an earlier spawner's warden, whose end nobody tells us: the end of its processes is told by the kernel.
void removeLater(void* leaves, const char* id) noexcept {
    static_cast<LeafWatch*>(leaves)->adopt(id);
}

} // namespace

bool Spawner::begin() noexcept {
    ::signal(SIGHUP, SIG_IGN);
    children_ = watchChildren();
    if (!children_) {
        return false;
    }
    if (!tree_.exists()) {
        return true;
    }
    if (!leaves_.open(tree_)) {
        return false;
    }
    tree_.sweep(removeLater, &leaves_);
    return true;
}

void Spawner::run() noexcept {
    if (!begin()) {
        return;
    }
    for (;;) {
        turn();
    }
}

void Spawner::turn() noexcept {
    constexpr std::size_t own = 3;
    pollfd entries[own + maxConnections];
    entries[0] = {listener_, POLLIN, 0};
    entries[1] = {children_.get(), POLLIN, 0};
    entries[2] = {leaves_.fd(), POLLIN, 0};
    for (std::size_t i = 0; i < maxConnections; ++i) {
        entries[own + i] = {connections_[i].get(), POLLIN, 0};
    }
    if (::poll(entries, own + maxConnections, -1) <= 0) {
        return;
    }
    if (entries[1].revents != 0) {
        reap();
    }
    if (entries[2].revents != 0) {
        leaves_.turn();
    }
    for (std::size_t i = 0; i < maxConnections; ++i) {
        if (entries[own + i].revents != 0) {
            serve(connections_[i]);
        }
    }
    if (entries[0].revents != 0) {
        accept();
    }
}

void Spawner::reap() noexcept {
    signalfd_siginfo signal{};
    while (::read(children_.get(), &signal, sizeof signal) > 0) {
    }
    char id[wire::idLength + 1];
    for (pid_t pid = ::waitpid(-1, nullptr, WNOHANG); pid > 0; pid = ::waitpid(-1, nullptr, WNOHANG)) {
        if (wardens_.remove(pid, id) && tree_.exists()) {
            leaves_.remove(id);
        }
    }
}

// A stranger is closed at once, and so is who comes when all places are taken.
void Spawner::accept() noexcept {
    UniqueFd connection(::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!connection || !isServed(connection.get(), served_)) {
        return;
    }
    for (UniqueFd& place : connections_) {
        if (!place) {
            place = std::move(connection);
            return;
        }
    }
}

void Spawner::serve(UniqueFd& connection) noexcept {
    wire::ReserveRequest request{};
    UniqueFd pidfd;
    const Incoming incoming = receiveRequest(connection.get(), request, pidfd);
    if (incoming == Incoming::nothing) {
        return;
    }
    if (incoming == Incoming::over) {
        connection.reset();
        return;
    }
    UniqueFd control;
    const int error = reserve(request, pidfd.get(), control);
    if (!sendReply(connection.get(), request, error, control.get())) {
        connection.reset();
    }
}

int Spawner::reserve(const wire::ReserveRequest& request, int pidfd, UniqueFd& control) noexcept {
    if (const int refused = judgeRequest(request, pidfd, host_.proc, options_)) {
        return refused;
    }
    if (wardens_.isFull()) {
        return EAGAIN;
    }
    UniqueFd theirs;
    if (!warden::makeSockets(control, theirs)) {
        return errno;
    }
    warden::Reservation reservation;
    reservation.uid = request.uid;
    reservation.owner = request.owner;
    reservation.pid = request.pid;
    reservation.pidfd = pidfd;
    reservation.control = theirs.get();
    return forkWarden(request, reservation);
}

int Spawner::forkWarden(const wire::ReserveRequest& request, warden::Reservation reservation) noexcept {
    Leaf leaf;
    clone_args arguments{};
    arguments.exit_signal = SIGCHLD;
    if (tree_.exists()) {
        if (!tree_.makeLeaf(request.id, leaf)) {
            return errno;
        }
        reservation.leaf = leaf.directory.get();
        reservation.leafKill = leaf.kill.get();
        reservation.leafPids = leaf.pids.get();
        // Outside the service's own cgroup, and never in the leaf that it kills: a warden outlives the spawner.
        arguments.flags = CLONE_INTO_CGROUP;
        arguments.cgroup = static_cast<__u64>(tree_.wardens());
    }
    const pid_t pid = sys::clone3(arguments);
    if (pid == 0) {
        warden::runWarden(host_, reservation);
    }
    if (pid < 0) {
        const int error = errno;
        if (tree_.exists()) {
            tree_.removeLeaf(request.id);
        }
        return error;
    }
    wardens_.add(pid, request.id);
    return 0;
}

} // namespace sandboxd::spawner
