// The cgroup v2 tree of the sandboxes: `wardens` and one leaf for each sandbox, by its id. Never kills anything: it
// makes leaves and removes those without processes and without a warden.
#pragma once

#include "base/unique_fd.hpp"

namespace sandboxd::spawner {

struct Leaf {
    UniqueFd directory;
    UniqueFd kill;
    UniqueFd pids; // absent without the pids controller
};

class CgroupTree {
public:
    // `path`: its root, made if it is missing; nullptr: where the host has one, else no tree. False: `path` cannot be.
    bool open(const char* path) noexcept;

    [[nodiscard]] bool exists() const noexcept { return static_cast<bool>(root_); }
    [[nodiscard]] int root() const noexcept { return root_.get(); }
    [[nodiscard]] int wardens() const noexcept { return wardens_.get(); }

    // A shared lock on the leaf tells others that a warden holds it, also before the first process is in it.
    bool makeLeaf(const char* id, Leaf& leaf) const noexcept;
    // Ends what a dead warden left in it.
    void killLeaf(const char* id) const noexcept;

    bool removeLeaf(const char* id) const noexcept;       // false: it has processes
    bool removeUnusedLeaf(const char* id) const noexcept; // false: it has processes or a warden

    // Removes what earlier spawners left, apart from what is in use: `used` is told each of those.
    using Used = void (*)(void* context, const char* id) noexcept;
    void sweep(Used used, void* context) const noexcept;

private:
    bool adopt(UniqueFd root) noexcept;

    UniqueFd root_;
    UniqueFd wardens_;
};

} // namespace sandboxd::spawner
