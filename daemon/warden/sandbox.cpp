#include "warden/sandbox.hpp"

#include "base/syscall.hpp"
#include "warden/caller_context.hpp"
#include "warden/control.hpp"
#include "warden/descendants.hpp"
#include "warden/join.hpp"
#include "warden/launch_check.hpp"
#include "warden/proc_text.hpp"
#include "warden/source.hpp"
#include "warden/wait.hpp"

#include <poll.h>

#include <cerrno>
#include <utility>

namespace sandboxd::warden {

namespace {

// RDHUP: the peer of a TCP socket has closed, but our half is still open.
constexpr short hangUp = POLLHUP | POLLRDHUP | POLLERR | POLLNVAL;

// Bounds a sandbox that forks; the kernel's pid limit is the host's.
constexpr const char* pidsMax = "4096";

bool isLifelineClosed(const pollfd& entry) noexcept {
    return (entry.revents & hangUp) != 0;
}

// One record of a child in setup; its end-of-file is the child's end.
Failure receiveFailure(int socket) noexcept {
    Failure record;
    Packet packet;
    const Received received = receivePacket(socket, &record, sizeof record, packet);
    if (received == Received::packet && packet.size == sizeof record && !packet.truncated) {
        return record;
    }
    return failedWith(ECHILD, SetupStep::killed);
}

} // namespace

// Natively the caller made the Plan itself.
Failure Sandbox::checkRequest() noexcept {
    if (host_.native) {
        return success;
    }
    const Failure failure = checkCaller(caller_);
    return failure ? failure : checkPlan(launch_.plan, reservation_, host_, caller_);
}

Failure Sandbox::check() noexcept {
    if (const Failure failure = checkRequest()) {
        return failure;
    }
    return launch_.lifeline() < 0 ? success : checkLifeline(launch_.lifeline());
}

// Natively this process is in the caller's namespaces, and init opens what it binds.
Failure Sandbox::join(MountTable& table) noexcept {
    if (host_.native) {
        return success;
    }
    takeLoginUid(host_.proc, caller_.record.loginUid);
    const Failure failure = joinCaller(caller_, launch_.plan);
    return failure ? failure : openFdSources(host_, launch_, table);
}

Failure Sandbox::build() noexcept {
    MountTable table;
    if (const Failure failure = join(table)) {
        return failure;
    }
    if (reservation_.leafPids >= 0 && ::write(reservation_.leafPids, pidsMax, 4) != 4) {
        return failed(SetupStep::cgroup);
    }
    const Failure failure = createInit(host_, reservation_, caller_, launch_, table, init_, builder_);
    // Init has its own copy. Ours would keep the caller from unmounting what it lies on, for the sandbox's whole life.
    return failure || ::chdir("/") == 0 ? failure : failed(SetupStep::join);
}

// A record, the end of the lifeline, the deadline, or anything from the broker: before the report that can only be an
// order to end, or its own end.
Failure Sandbox::awaitReady(int socket, int control) noexcept {
    pollfd entries[] = {{socket, POLLIN, 0}, {launch_.lifeline(), POLLRDHUP, 0}, {control, POLLIN, 0}};
    for (;;) {
        const int ready = ::poll(entries, 3, pollTimeout(launch_.deadline));
        if (ready == 0) {
            return failedWith(ETIMEDOUT, SetupStep::timeout);
        }
        if (ready > 0 && isLifelineClosed(entries[1])) {
            return failedWith(ECANCELED, SetupStep::lifeline);
        }
        if (ready > 0 && entries[2].revents != 0) {
            return failedWith(ECANCELED, SetupStep::killed);
        }
        if (ready > 0) {
            return receiveFailure(socket);
        }
        if (errno != EINTR) {
            return failed(SetupStep::killed);
        }
    }
}

// First "about to execute", then the end-of-file that exec makes. A payload that waits for its caller has no time
// limit, and an exec(2) that fails then is its own affair.
Failure Sandbox::awaitExec(int control) noexcept {
    if (const Failure failure = awaitReady(payload_.socket.get(), control)) {
        return failure;
    }
    if (launch_.plan.header().block >= 0) {
        payload_.socket.reset();
        return success;
    }
    const Failure after = awaitReady(payload_.socket.get(), control);
    return after.step == SetupStep::killed ? success : after;
}

Failure Sandbox::start(int control) noexcept {
    if (const Failure failure = check()) {
        return failure;
    }
    if (const Failure failure = build()) {
        return failure;
    }
    if (const Failure failure = awaitInside(control)) {
        return failure;
    }
    if (sharesPids(launch_.plan.header()) && !adoptDescendants()) {
        return failed(SetupStep::confine);
    }
    if (const Failure failure = startLeader()) {
        return failure;
    }
    const Failure failure = awaitExec(control);
    init_.socket.reset(); // the payload has joined it
    return failure;
}

// The builder's word before that of init, which waits for it.
Failure Sandbox::awaitInside(int control) noexcept {
    for (const InitProcess* process : {&builder_, &init_}) {
        if (!process->socket) {
            continue;
        }
        if (const Failure failure = awaitReady(process->socket.get(), control)) {
            return failure;
        }
    }
    builder_.socket.reset();
    return success;
}

// Process 1 is the leader where there shall be no init above it.
Failure Sandbox::startLeader() noexcept {
    if ((launch_.plan.header().process & wire::processIsFirst) == 0) {
        return startPayload(host_, reservation_, launch_, caller_, init_.pidfd.get(), payload_);
    }
    payload_.pidfd = std::move(init_.pidfd);
    payload_.socket = std::move(init_.socket);
    payload_.pid = init_.pid;
    return success;
}

// True: an order to end. CAP_KILL: the payload has the caller's uid.
bool Sandbox::obey(UniqueFd& control) noexcept {
    ControlRecord record;
    Packet packet;
    if (!receiveControl(control.get(), State::running, record, packet)) {
        control.reset(); // the sandbox goes on without a broker
        return false;
    }
    if (record.order.order == wire::OrderKind::end) {
        return true;
    }
    sys::sendSignal(payload_.pidfd.get(), record.order.signal);
    return false;
}

bool Sandbox::hasDescendants() const noexcept {
    return payload_.pid > 0 && sharesPids(launch_.plan.header());
}

void Sandbox::finishDescendants() noexcept {
    if (reservation_.leafKill >= 0) {
        awaitDescendants(); // killed with the leaf
    } else {
        endDescendants(host_.proc);
    }
}

wire::EndReason Sandbox::watch(UniqueFd& control) noexcept {
    const UniqueFd descendants = hasDescendants() ? watchDescendants() : UniqueFd();
    for (;;) {
        if (descendants) {
            reapDescendants(descendants.get(), {payload_.pid, init_.pid, builder_.pid});
        }
        pollfd entries[] = {{payload_.pidfd.get(), POLLIN, 0},  {init_.pidfd.get(), POLLIN, 0},
                            {launch_.lifeline(), POLLRDHUP, 0}, {control.get(), POLLIN, 0},
                            {builder_.pidfd.get(), POLLIN, 0},  {descendants.get(), POLLIN, 0}};
        if (::poll(entries, 6, -1) < 0) {
            continue;
        }
        if (entries[0].revents != 0) {
            return wire::EndReason::leaderExited;
        }
        if (entries[1].revents != 0 || entries[4].revents != 0) {
            return wire::EndReason::initDied;
        }
        if (isLifelineClosed(entries[2])) {
            return wire::EndReason::lifelineClosed;
        }
        if (entries[3].revents != 0 && obey(control)) {
            return wire::EndReason::ordered;
        }
    }
}

// The leaf's cgroup.kill reaches every process at once, whatever its label; without a leaf the end of init is the end
// of its pid namespace. Without either, reap() does the rest.
void Sandbox::kill() noexcept {
    if (reservation_.leafKill >= 0 && ::write(reservation_.leafKill, "1", 1) == 1) {
        return;
    }
    for (const UniqueFd* process : {&builder_.pidfd, &init_.pidfd}) {
        if (*process) {
            sys::sendSignal(process->get(), SIGKILL);
        }
    }
    if (payload_.pidfd && (hasDescendants() || !init_.pidfd)) {
        sys::sendSignal(payload_.pidfd.get(), SIGKILL);
    }
}

// The payload first: the kernel lets init end only when every other process of its namespace has been reaped.
void Sandbox::reap(std::uint64_t deadline, siginfo_t& info) noexcept {
    siginfo_t ignored{};
    if (payload_.pidfd && waitReadable(payload_.pidfd.get(), deadline)) {
        sys::waitEnd(payload_.pidfd.get(), info, 0);
        payload_.pidfd.reset();
    }
    for (UniqueFd* process : {&init_.pidfd, &builder_.pidfd}) {
        if (*process && waitReadable(process->get(), deadline)) {
            sys::waitEnd(process->get(), ignored, 0);
            process->reset();
        }
    }
    if (hasDescendants() && !payload_.pidfd && !init_.pidfd && !builder_.pidfd) {
        finishDescendants();
    }
}

} // namespace sandboxd::warden
