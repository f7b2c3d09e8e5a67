// One running, or lately ended, sandbox as the daemon knows it.
#pragma once

#include "base/unique_fd.hpp"
#include "launch/warden_link.hpp"
#include "policy/quota.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace sandboxd::broker {

// What stays the same for a sandbox's whole life.
struct Facts {
    std::string id;
    std::uint32_t uid = 0;
    std::string connection; // unique name that spawned it
    std::string profile;
    std::string description;
    std::string label;              // AppArmor, "" if it is off
    std::string identity;           // as in the option
    std::string network;            // likewise
    std::string seccomp;            // likewise
    bool endsWithConnection = true; // lifetime "call"
    bool ownCgroup = false;
    bool sharesPids = false;
    std::int32_t leaderPid = 0;
    std::uint64_t startedRealtimeUsec = 0;
    std::uint64_t startedMonotonicUsec = 0;
};

// What ends every process of it: "cgroup" and "pid-namespace" are the kernel's work, "walk" is the warden's, process by
// process.
[[nodiscard]] std::string_view endsBy(const Facts& facts) noexcept;

// How it ended. `code` 0: nobody recorded it (the warden was killed).
struct Ending {
    std::int32_t code = 0;   // CLD_EXITED, CLD_KILLED, CLD_DUMPED (sigaction(2))
    std::int32_t status = 0; // exit status or signal

    // success, exit-code, signal, core-dump or lost
    [[nodiscard]] std::string_view result() const noexcept;
};

class Sandbox {
public:
    Sandbox(Facts facts, std::unique_ptr<launch::WardenLink> warden, launch::Running running,
            policy::Quota::Lease lease);

    [[nodiscard]] const Facts& facts() const noexcept { return facts_; }
    [[nodiscard]] bool isRunning() const noexcept { return warden_ != nullptr; }
    [[nodiscard]] const Ending& ending() const noexcept { return ending_; }
    // Borrowed; -1 when it has ended.
    [[nodiscard]] int pidfd() const noexcept { return pidfd_.get(); }

    // False: it has ended.
    bool signalLeader(int signal);
    bool end();

    // Called once with the end; at once if it has ended.
    void whenEnded(std::function<void(const Sandbox&)> callback);

private:
    friend class Registry;
    void takeEnd();

    Facts facts_;
    std::unique_ptr<launch::WardenLink> warden_;
    UniqueFd pidfd_;
    UniqueFd status_;
    Ending ending_;
    policy::Quota::Lease lease_;
    std::vector<std::function<void(const Sandbox&)>> waiting_;
};

} // namespace sandboxd::broker
