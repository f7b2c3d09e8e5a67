#include "warden/new_root.hpp"

#include "base/syscall.hpp"
#include "warden/filesystem.hpp"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cstring>
#include <utility>

namespace sandboxd::warden {

namespace {

constexpr const char* stagePath = "/tmp";
constexpr unsigned walk = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_BENEATH;

int failure(const UniqueFd& fd) noexcept {
    return fd ? 0 : errno;
}

// Takes the next component off `path`. False at the end; EINVAL for "." and ".." is left to the caller by an empty
// name.
bool takeComponent(const char*& path, char (&name)[256], bool& valid) noexcept {
    path += std::strspn(path, "/");
    const std::size_t length = std::strcspn(path, "/");
    if (length == 0) {
        return false;
    }
    valid = length < sizeof name;
    if (valid) {
        std::memcpy(name, path, length);
        name[length] = '\0';
        valid = std::strcmp(name, ".") != 0 && std::strcmp(name, "..") != 0;
    }
    path += length;
    return true;
}

} // namespace

Failure NewRoot::attach() noexcept {
    stage_ = makeTmpfs(0755, 0);
    if (!stage_ || addOwn(stage_.get()) != 0) {
        return failed(SetupStep::root);
    }
    const UniqueFd point = sys::openat2(AT_FDCWD, stagePath, O_PATH | O_DIRECTORY, RESOLVE_NO_SYMLINKS);
    if (!point || sys::attachMount(stage_.get(), point.get()) != 0) {
        return failed(SetupStep::root);
    }
    root_.reset(::fcntl(stage_.get(), F_DUPFD_CLOEXEC, 3));
    return root_ ? success : failed(SetupStep::root);
}

bool NewRoot::isOwn(int directory) const noexcept {
    struct statx info {};
    if (::statx(directory, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_INO, &info) != 0) {
        return false;
    }
    const dev_t device = makedev(info.stx_dev_major, info.stx_dev_minor);
    for (std::size_t i = 0; i < ownCount_; ++i) {
        if (own_[i] == device) {
            return true;
        }
    }
    return false;
}

int NewRoot::addOwn(int tree) noexcept {
    struct stat info {};
    if (::fstat(tree, &info) != 0) {
        return errno;
    }
    if (ownCount_ == sizeof own_ / sizeof own_[0]) {
        return E2BIG;
    }
    own_[ownCount_++] = info.st_dev;
    return 0;
}

int NewRoot::findPlace(const char* target, Place& place) const noexcept {
    place.parent.reset(::fcntl(root_.get(), F_DUPFD_CLOEXEC, 3));
    place.name[0] = '\0';
    char next[256];
    bool valid = true;
    while (place.parent && takeComponent(target, next, valid)) {
        if (!valid) {
            return EINVAL;
        }
        if (place.name[0] != '\0') {
            const int parent = place.parent.get();
            UniqueFd child = sys::openat2(parent, place.name, O_PATH | O_DIRECTORY, walk);
            if (!child && errno == ENOENT && isOwn(parent) && ::mkdirat(parent, place.name, 0755) == 0) {
                child = sys::openat2(parent, place.name, O_PATH | O_DIRECTORY, walk);
            }
            if (!child) {
                return errno;
            }
            place.parent = std::move(child);
        }
        std::memcpy(place.name, next, sizeof next);
    }
    return failure(place.parent);
}

int NewRoot::openTarget(const char* target, bool isDirectory, UniqueFd& fd) const noexcept {
    Place place;
    if (const int error = findPlace(target, place)) {
        return error;
    }
    if (place.name[0] == '\0') {
        fd = std::move(place.parent);
        return isDirectory ? 0 : EISDIR;
    }
    const int flags = O_PATH | (isDirectory ? O_DIRECTORY : 0);
    fd = sys::openat2(place.parent.get(), place.name, flags, walk);
    if (fd || errno != ENOENT || !isOwn(place.parent.get())) {
        return failure(fd);
    }
    if (isDirectory) {
        if (::mkdirat(place.parent.get(), place.name, 0755) != 0) {
            return errno;
        }
    } else if (const int error = makeFile(place.parent.get(), place.name, 0644, nullptr, 0)) {
        return error;
    }
    fd = sys::openat2(place.parent.get(), place.name, flags, walk);
    return failure(fd);
}

int NewRoot::attachTree(int tree, const char* target, bool isDirectory) noexcept {
    UniqueFd point;
    if (const int error = openTarget(target, isDirectory, point)) {
        return error;
    }
    if (sys::attachMount(tree, point.get()) != 0) {
        return errno;
    }
    if (target[std::strspn(target, "/")] == '\0') {
        root_.reset(::fcntl(tree, F_DUPFD_CLOEXEC, 3));
        return failure(root_);
    }
    return 0;
}

// pivot_root(".", ".") puts the old root on top of the new one, where it is taken off: no directory for it is needed.
// The payload must not write into "/" itself; what is mounted below keeps its own flags.
Failure NewRoot::enter() noexcept {
    if (::fchdir(root_.get()) != 0 || sys::pivotRoot(".", ".") != 0 || ::umount2(".", MNT_DETACH) != 0 ||
        ::chdir("/") != 0) {
        return failed(SetupStep::root);
    }
    if (sys::setMountAttributes(stage_.get(), MOUNT_ATTR_RDONLY, 0, false) != 0 && errno != EINVAL) {
        return failed(SetupStep::root); // EINVAL: another tree is the root, the tmpfs left with the old one
    }
    return success;
}

} // namespace sandboxd::warden
