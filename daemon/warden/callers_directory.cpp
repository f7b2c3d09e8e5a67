#include "warden/callers_directory.hpp"

#include "base/syscall.hpp"
#include "warden/file_id.hpp"
#include "warden/proc_text.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <climits>
#include <cstring>

namespace sandboxd::warden {

namespace {

bool isRelative(const wire::PlanReader& plan, wire::Offset path) noexcept {
    return path != 0 && plan.text(path)[0] != '/';
}

// A bind's source or a layer of an overlay; the text of a link is no path yet.
bool isRelativeSource(const wire::PlanReader& plan, const wire::MountStep& step) noexcept {
    for (const wire::Offset lower : plan.lowers(step)) {
        if (isRelative(plan, lower)) {
            return true;
        }
    }
    const bool isLink = step.kind == static_cast<unsigned>(wire::MountKind::symlink);
    return !isLink && (isRelative(plan, step.source) || isRelative(plan, step.work));
}

// As the kernel spells it, from the top of the mount namespace that the descriptor is of; cut off it leads nowhere.
struct PathOf {
    PathOf(int proc, int fd) noexcept {
        const ssize_t size = ::readlinkat(proc, FdPath(fd).bytes, bytes, sizeof bytes - 1);
        bytes[size < 0 ? 0 : size] = '\0';
    }
    char bytes[PATH_MAX] = "";
};

// `path` relative to `root`; nullptr if it is not below.
const char* below(const char* root, const char* path) noexcept {
    const std::size_t length = std::strcmp(root, "/") == 0 ? 0 : std::strlen(root);
    if (*root != '/' || std::strncmp(root, path, length) != 0 || (path[length] != '/' && path[length] != '\0')) {
        return nullptr;
    }
    const char* rest = path + length;
    while (*rest == '/') {
        ++rest;
    }
    return *rest == '\0' ? "." : rest;
}

bool isSameFile(int one, int other) noexcept {
    FileId first;
    FileId second;
    return identify(one, first) && identify(other, second) && first.device == second.device &&
           first.inode == second.inode;
}

} // namespace

std::uint32_t firstRelativeSource(const wire::PlanReader& plan) noexcept {
    const auto mounts = plan.mounts();
    for (std::uint32_t i = 0; i < mounts.count; ++i) {
        if (isRelativeSource(plan, mounts[i])) {
            return i;
        }
    }
    return wire::noOperation;
}

// The path is the kernel's word on a directory that may have been renamed since: what it leads to is compared.
bool enterCallersDirectory(int proc, const CallerView& caller) noexcept {
    const PathOf root(proc, caller.fd(CallerFd::root));
    const PathOf directory(proc, caller.fd(CallerFd::cwd));
    const char* path = below(root.bytes, directory.bytes);
    if (path == nullptr) {
        return false;
    }
    const UniqueFd copy = sys::openat2(AT_FDCWD, path, O_PATH | O_DIRECTORY, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
    return copy && isSameFile(copy.get(), caller.fd(CallerFd::cwd)) && ::fchdir(copy.get()) == 0;
}

} // namespace sandboxd::warden
