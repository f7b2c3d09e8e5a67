// The sandbox's root directory while init fills it: a tmpfs of ours, attached in init's private mount namespace.
// Targets are resolved by the kernel with that root as "/" and ".." at its top: links are followed inside it and lead
// nowhere else. What is missing is made with the caller's rights, whose ids init has; files of the caller's too.
#pragma once

#include "base/unique_fd.hpp"
#include "warden/failure.hpp"

#include <climits>
#include <cstdint>

namespace sandboxd::warden {

// What an operation names, and how it is looked up.
struct Target {
    const char* path;
    std::uint32_t parentsMode = 0755; // of directories on the way that are missing
    bool followLinks = true;
};

// The parent directory of a target and its last component; `name` is "" for the root itself.
struct Place {
    UniqueFd parent;
    char name[NAME_MAX + 1];
};

class NewRoot {
public:
    // A tmpfs attached to /tmp, the one directory that AppArmor lets init mount on; with a scratch one below it, if
    // files or directories are wanted that have no place in the root. Step root.
    Failure attach(bool withScratch) noexcept;

    // The scratch file system, which nothing inside shows.
    [[nodiscard]] int scratch() const noexcept { return scratch_.get(); }

    // What is there: openat2(2) with `flags` and, for O_CREAT, `mode`. Empty, with errno, if it is missing.
    [[nodiscard]] UniqueFd open(const Target& target, int flags, std::uint32_t mode = 0) const noexcept;

    // Where something can be made; missing parents are. 0, or an errno.
    int findPlace(const Target& target, Place& place) const noexcept;

    // The mount point itself, O_PATH, made if it is missing. 0, or an errno.
    int openTarget(const Target& target, bool isDirectory, UniqueFd& fd) const noexcept;

    // Attaches a detached tree on `target`; a tree on "/" becomes the root. 0, or an errno.
    int attachTree(int tree, const Target& target, bool isDirectory) noexcept;

    // Makes the root the process's "/", without the old one, and read-only if it is our own. Step root.
    Failure enter() noexcept;

private:
    UniqueFd root_;
    UniqueFd scratch_;
    UniqueFd stage_; // the tmpfs, also if another tree was attached on "/"
};

} // namespace sandboxd::warden
