// The spawner: the privileged half's root. Listens for the broker, forks a warden for each valid request, removes the
// leaves of wardens that ended. Parses nothing but one fixed record and never waits for a warden.
#pragma once

#include "base/unique_fd.hpp"
#include "spawner/cgroup_tree.hpp"
#include "spawner/leaf_watch.hpp"
#include "spawner/options.hpp"
#include "spawner/warden_table.hpp"
#include "warden/host.hpp"

#include <cstddef>

namespace sandboxd::spawner {

class Spawner {
public:
    Spawner(const Options& options, const warden::Host& host, CgroupTree& tree, int listener, uid_t served) noexcept
        : options_(options), host_(host), tree_(tree), listener_(listener), served_(served) {}

    // Blocks SIGCHLD and serves for ever. Returns only if it cannot begin; errno says why.
    void run() noexcept;

private:
    static constexpr std::size_t maxConnections = 32;

    bool begin() noexcept;
    void turn() noexcept;
    void reap() noexcept;
    void accept() noexcept;
    void serve(UniqueFd& connection) noexcept;
    int reserve(const wire::ReserveRequest& request, int pidfd, UniqueFd& control) noexcept;
    int forkWarden(const wire::ReserveRequest& request, warden::Reservation reservation) noexcept;

    const Options& options_;
    const warden::Host& host_;
    CgroupTree& tree_;
    int listener_;
    uid_t served_;
    UniqueFd children_; // signalfd
    UniqueFd connections_[maxConnections];
    WardenTable wardens_;
    LeafWatch leaves_;
};

} // namespace sandboxd::spawner
