// Leaves that could not be removed yet, as processes are still in them: removed when the kernel says that they are
// empty. Never looks again by time.
#pragma once

#include "base/unique_fd.hpp"
#include "spawner/cgroup_tree.hpp"
#include "spawner/warden_table.hpp"

namespace sandboxd::spawner {

class LeafWatch {
public:
    // Makes the tree's root the working directory: inotify(7) takes a path, and this one is then relative to it.
    bool open(const CgroupTree& tree) noexcept;

    [[nodiscard]] int fd() const noexcept { return events_.get(); }

    // The leaf of a warden that has ended: removes it now, or when it is empty.
    void remove(const char* id) noexcept;
    // A leaf that somebody else's warden may still use: removes it when its last process has left.
    void adopt(const char* id) noexcept;

    // Reads what the kernel has to tell.
    void turn() noexcept;

private:
    bool watch(const char* id) noexcept;
    void handle(int watch, bool gone) noexcept;

    const CgroupTree* tree_ = nullptr;
    UniqueFd events_;
    WardenTable leaves_; // by watch descriptor
};

} // namespace sandboxd::spawner
