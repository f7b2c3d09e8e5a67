// The broker's half of the protocol, spelled out for tests: reserve, facts, launch, report, orders, end.
#pragma once

#include "base/unique_fd.hpp"
#include "caller_process.hpp"
#include "plan/warden_protocol.hpp"
#include "plan_block.hpp"
#include "spawner_process.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sandboxd::kernel_test {

std::string freshId();
wire::ReserveRequest requestFor(const CallerProcess& caller);

bool sendWithFds(int socket, const void* record, std::size_t size, const std::vector<int>& fds);

// The size of the packet, 0 at end-of-file, -1 on error; descriptors are appended.
ssize_t receiveWithFds(int socket, void* buffer, std::size_t capacity, std::vector<UniqueFd>& fds);

// True once the peer has closed, within 20 s; anything received before is dropped.
bool reachesEnd(int socket);

// One reserved warden, and the sandbox that it becomes.
class SandboxClient {
public:
    // Connects, reserves and reads the facts. `error()` tells a refusal.
    SandboxClient(const SpawnerProcess& spawner, const CallerProcess& caller);
    SandboxClient(const SpawnerProcess& spawner, const wire::ReserveRequest& request, const std::vector<int>& fds);

    [[nodiscard]] int error() const { return reply_.error; }
    [[nodiscard]] const wire::Facts& facts() const { return facts_; }
    [[nodiscard]] const std::string& id() const { return id_; }
    [[nodiscard]] int control() const { return control_.get(); }

    // Sends the Plan with `fds` and waits for the report.
    const wire::Report& launch(PlanBlock plan, const std::vector<int>& fds = {});
    const wire::Report& launchMemfd(int memfd, const std::vector<int>& fds = {});
    void sendLaunch(int memfd, std::uint32_t fdCount, const std::vector<int>& fds);
    const wire::Report& awaitReport();

    void order(wire::OrderKind kind, int signal = 0);
    void closeControl() { control_.reset(); }

    // Waits for the payload's pidfd and for the status record; nullopt if there is none.
    std::optional<wire::ExitStatus> awaitEnd();

    [[nodiscard]] const wire::Report& report() const { return report_; }
    [[nodiscard]] int leader() const { return leader_.get(); }
    [[nodiscard]] pid_t leaderPid() const { return report_.leaderPid; }

private:
    void reserve(const SpawnerProcess& spawner, const wire::ReserveRequest& request, const std::vector<int>& fds);

    std::string id_;
    wire::ReserveReply reply_{};
    wire::Facts facts_{};
    wire::Report report_{};
    UniqueFd control_;
    UniqueFd leader_;
    UniqueFd status_;
};

// A sandbox with the host's /usr and a private /dev, /proc, /tmp, run to its end.
struct Outcome {
    wire::Report report{};
    std::optional<wire::ExitStatus> status;
    std::string output; // stdout and stderr
};

PlanBlock ordinaryPlan();
Outcome run(const SpawnerProcess& spawner, const CallerProcess& caller, PlanBlock plan, std::vector<int> fds = {});
Outcome run(const SpawnerProcess& spawner, PlanBlock plan, std::vector<int> fds = {});

} // namespace sandboxd::kernel_test
