#include "spawner/leaf_watch.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <cstring>

namespace sandboxd::spawner {

bool LeafWatch::open(const CgroupTree& tree) noexcept {
    tree_ = &tree;
    events_.reset(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    return events_ && ::fchdir(tree.root()) == 0;
}

// Whatever is still in there has lost its warden, and where pids are shared nothing else ends it.
void LeafWatch::remove(const char* id) noexcept {
    if (tree_->removeLeaf(id)) {
        return;
    }
    tree_->killLeaf(id);
    if (watch(id)) {
        tree_->removeLeaf(id); // it may have become empty before the watch
    }
}

// A reserved warden's leaf is empty too, and must stay: its lock tells.
void LeafWatch::adopt(const char* id) noexcept {
    if (watch(id)) {
        tree_->removeUnusedLeaf(id);
    }
}

bool LeafWatch::watch(const char* id) noexcept {
    constexpr char file[] = "/cgroup.events"; // changes when the last process leaves, cgroup-v2.rst
    if (leaves_.isFull()) {
        return false;
    }
    char path[wire::idLength + 20];
    std::memcpy(path, id, wire::idLength);
    std::memcpy(path + wire::idLength, file, sizeof file);
    const int watch = ::inotify_add_watch(events_.get(), path, IN_MODIFY);
    if (watch >= 0) {
        leaves_.add(watch, id);
    }
    return watch >= 0;
}

void LeafWatch::handle(int watch, bool gone) noexcept {
    char id[wire::idLength + 1];
    if (!leaves_.remove(watch, id) || gone) {
        return;
    }
    leaves_.add(watch, id); // until the kernel says that the file is gone
    tree_->removeLeaf(id);
}

void LeafWatch::turn() noexcept {
    alignas(inotify_event) char buffer[4096];
    for (;;) {
        const ssize_t size = ::read(events_.get(), buffer, sizeof buffer);
        if (size <= 0) {
            return;
        }
        for (ssize_t at = 0; at < size;) {
            const auto* event = reinterpret_cast<const inotify_event*>(buffer + at);
            handle(event->wd, (event->mask & IN_IGNORED) != 0);
            at += static_cast<ssize_t>(sizeof *event + event->len);
        }
    }
}

} // namespace sandboxd::spawner
