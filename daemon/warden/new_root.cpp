#include "warden/new_root.hpp"

#include "base/syscall.hpp"
#include "warden/file_id.hpp"
#include "warden/filesystem.hpp"

#include <sys/stat.h>

#include <cstring>
#include <utility>

namespace sandboxd::warden {

namespace {

constexpr const char* stagePath = "/tmp";
constexpr unsigned below = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_BENEATH;

int failure(const UniqueFd& fd) noexcept {
    return fd ? 0 : errno;
}

// A path cut into its parent's path and its last component.
struct Split {
    char parent[PATH_MAX];
    const char* name; // in the path that was cut; "" for the root
    std::size_t length;
};

// False: too long for the kernel, errno is set.
bool split(const char* path, Split& cut) noexcept {
    std::size_t end = std::strlen(path);
    while (end > 0 && path[end - 1] == '/') {
        --end;
    }
    std::size_t start = end;
    while (start > 0 && path[start - 1] != '/') {
        --start;
    }
    cut.name = path + start;
    cut.length = end - start;
    if (start >= sizeof cut.parent || cut.length > NAME_MAX) {
        errno = ENAMETOOLONG;
        return false;
    }
    std::memcpy(cut.parent, path, start);
    cut.parent[start] = '\0';
    return true;
}

// The directory `name` of `parent`, where nothing was a moment ago.
UniqueFd makeDirectory(int parent, const char* name, std::uint32_t mode) noexcept {
    if (::mkdirat(parent, name, mode) != 0) {
        return UniqueFd();
    }
    return sys::openat2(parent, name, O_PATH | O_DIRECTORY, below);
}

// Calls `make(parent, name)` for each directory of `path` that `open(prefix)` does not find, from the top.
template <typename Open, typename Make>
UniqueFd openOrMakeAll(char* path, const Open& open, const Make& make) noexcept {
    UniqueFd directory = open("/");
    for (char* name = path + std::strspn(path, "/"); directory && *name != '\0';) {
        char* end = name + std::strcspn(name, "/");
        const char after = *end;
        *end = '\0';
        UniqueFd next = open(path);
        if (!next && errno == ENOENT) {
            next = make(directory.get(), name);
        }
        directory = std::move(next);
        *end = after;
        name = end + std::strspn(end, "/");
    }
    return directory;
}

// A new tmpfs on top of what is at /tmp.
bool attachStage(UniqueFd& tree, std::uint32_t mode) noexcept {
    tree = makeTmpfs(mode, 0);
    if (!tree) {
        return false;
    }
    const UniqueFd point = sys::openat2(AT_FDCWD, stagePath, O_PATH | O_DIRECTORY, RESOLVE_NO_SYMLINKS);
    return point && sys::attachMount(tree.get(), point.get()) == 0;
}

} // namespace

Failure NewRoot::attach(bool withScratch) noexcept {
    if (withScratch && !attachStage(scratch_, 0700)) {
        return failed(SetupStep::root);
    }
    if (!attachStage(stage_, 0755)) {
        return failed(SetupStep::root);
    }
    root_.reset(::fcntl(stage_.get(), F_DUPFD_CLOEXEC, 3));
    return root_ ? success : failed(SetupStep::root);
}

// EAGAIN: something was renamed while ".." was looked up, by a caller who may do so for ever.
UniqueFd NewRoot::open(const Target& target, int flags, std::uint32_t mode) const noexcept {
    constexpr int attempts = 64;
    const unsigned links = target.followLinks ? 0 : RESOLVE_NO_SYMLINKS;
    const unsigned resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | links;
    UniqueFd fd;
    for (int i = 0; i < attempts; ++i) {
        fd = sys::openat2(root_.get(), target.path, flags, resolve, mode);
        if (fd || errno != EAGAIN) {
            break;
        }
    }
    return fd;
}

int NewRoot::findPlace(const Target& target, Place& place) const noexcept {
    Split cut;
    if (!split(target.path, cut)) {
        return errno;
    }
    std::memcpy(place.name, cut.name, cut.length);
    place.name[cut.length] = '\0';
    const auto find = [&](const char* path) {
        return open({path, target.parentsMode, target.followLinks}, O_PATH | O_DIRECTORY);
    };
    place.parent = find(cut.parent[0] == '\0' ? "/" : cut.parent);
    if (place.parent || errno != ENOENT) {
        return failure(place.parent);
    }
    place.parent = openOrMakeAll(cut.parent, find, [&](int parent, const char* name) {
        return makeDirectory(parent, name, target.parentsMode);
    });
    return failure(place.parent);
}

int NewRoot::openTarget(const Target& target, bool isDirectory, UniqueFd& fd) const noexcept {
    const int flags = O_PATH | (isDirectory ? O_DIRECTORY : 0);
    fd = open(target, flags);
    if (fd || errno != ENOENT) {
        return failure(fd);
    }
    Place place;
    if (const int error = findPlace(target, place)) {
        return error;
    }
    if (isDirectory) {
        fd = makeDirectory(place.parent.get(), place.name, 0755);
        return failure(fd);
    }
    if (const int error = makeFile(place.parent.get(), place.name, 0444)) {
        return error;
    }
    fd = sys::openat2(place.parent.get(), place.name, flags, below);
    return failure(fd);
}

int NewRoot::attachTree(int tree, const Target& target, bool isDirectory) noexcept {
    UniqueFd point;
    if (const int error = openTarget(target, isDirectory, point)) {
        return error;
    }
    FileId there;
    FileId root;
    if (!identify(point.get(), there) || !identify(root_.get(), root)) {
        return errno;
    }
    if (sys::attachMount(tree, point.get()) != 0) {
        return errno;
    }
    if (there == root) { // the way there may have been a link
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
