// One sandbox as its warden holds it: setup in order, watching until something ends it, the end. Whatever was begun is
// ended with it.
#pragma once

#include "warden/caller_view.hpp"
#include "warden/enter.hpp"
#include "warden/host.hpp"
#include "warden/launch.hpp"
#include "warden/namespaces.hpp"

#include <csignal>

namespace sandboxd::warden {

class Sandbox {
public:
    Sandbox(const Host& host, const Reservation& reservation, const CallerView& caller, Launch& launch) noexcept
        : host_(host), reservation_(reservation), caller_(caller), launch_(launch) {}

    // From the checked Launch to the payload's exec; given up when anything comes from `control` meanwhile.
    Failure start(int control) noexcept;

    // Waits for an end; obeys orders from `control`, which it closes at its end-of-file.
    wire::EndReason watch(UniqueFd& control) noexcept;

    // Kills all that is left, once.
    void kill() noexcept;

    // Waits for what was killed, until the deadline. `info`: how the payload ended.
    void reap(std::uint64_t deadline, siginfo_t& info) noexcept;

    [[nodiscard]] int leaderPidfd() const noexcept { return payload_.pidfd.get(); }
    [[nodiscard]] pid_t leaderPid() const noexcept { return payload_.pid; }

private:
    Failure checkRequest() noexcept;
    Failure check() noexcept;
    Failure join(MountTable& table) noexcept;
    Failure build() noexcept;
    Failure awaitReady(int socket, int control) noexcept;
    Failure awaitInside(int control) noexcept;
    Failure startLeader() noexcept;
    Failure awaitExec(int control) noexcept;
    bool obey(UniqueFd& control) noexcept;
    // True if no pid namespace of its own tells when all of it has ended.
    [[nodiscard]] bool hasDescendants() const noexcept;
    void finishDescendants() noexcept;

    const Host& host_;
    const Reservation& reservation_;
    const CallerView& caller_;
    Launch& launch_;
    InitProcess init_;
    InitProcess builder_; // beside init with an inner namespace only
    PayloadProcess payload_;
};

} // namespace sandboxd::warden
