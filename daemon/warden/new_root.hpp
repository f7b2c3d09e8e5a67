// The sandbox's root directory while init fills it: a tmpfs of ours, attached in init's private mount namespace.
// Targets are walked component by component from descriptors; a symbolic link on the way is refused (ELOOP), and
// nothing is created outside the file systems that we made.
#pragma once

#include "base/unique_fd.hpp"
#include "plan/wire_format.hpp"
#include "warden/failure.hpp"

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

namespace sandboxd::warden {

// The parent directory of a target and its last component; `name` is "" for the root itself.
struct Place {
    UniqueFd parent;
    char name[256];
};

class NewRoot {
public:
    // A tmpfs attached to /tmp, the one directory that AppArmor lets init mount on. Step root.
    Failure attach() noexcept;

    // Makes the parents that are missing on our own file systems. 0, or an errno.
    int findPlace(const char* target, Place& place) const noexcept;

    // The mount point itself, made if it is missing and may be. 0, or an errno.
    int openTarget(const char* target, bool isDirectory, UniqueFd& fd) const noexcept;

    // Attaches a detached tree on `target`; a tree on "/" becomes the root. 0, or an errno.
    int attachTree(int tree, const char* target, bool isDirectory) noexcept;

    // True if the directory is on a file system made by us: only there anything is created.
    [[nodiscard]] bool isOwn(int directory) const noexcept;

    // Counts the file system of `tree` as ours.
    int addOwn(int tree) noexcept;

    // Makes the root the process's "/", without the old one, and read-only if it is our own. Step root.
    Failure enter() noexcept;

private:
    UniqueFd root_;
    UniqueFd stage_; // the tmpfs, also if another tree was attached on "/"
    dev_t own_[3 * wire::maxMounts + 1]{};
    std::size_t ownCount_ = 0;
};

} // namespace sandboxd::warden
