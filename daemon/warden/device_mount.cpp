#include "warden/device_mount.hpp"

#include "base/syscall.hpp"
#include "warden/filesystem.hpp"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cerrno>

namespace sandboxd::warden {

namespace {

struct Node {
    const char* name;
    const char* path;
    unsigned major;
    unsigned minor;
};

// Linux's fixed numbers (admin-guide/devices.txt): a name alone would trust the caller's /dev.
constexpr Node nodes[] = {{"null", "/dev/null", 1, 3},       {"zero", "/dev/zero", 1, 5},
                          {"full", "/dev/full", 1, 7},       {"random", "/dev/random", 1, 8},
                          {"urandom", "/dev/urandom", 1, 9}, {"tty", "/dev/tty", 5, 0}};

struct Link {
    const char* name;
    const char* text;
};

constexpr Link links[] = {{"ptmx", "pts/ptmx"},          {"fd", "/proc/self/fd"},       {"stdin", "/proc/self/fd/0"},
                          {"stdout", "/proc/self/fd/1"}, {"stderr", "/proc/self/fd/2"}, {"core", "/proc/kcore"}};

int attachAt(int tree, int dev, const char* name) noexcept {
    const UniqueFd point = sys::openat2(dev, name, O_PATH, RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH);
    return point && sys::attachMount(tree, point.get()) == 0 ? 0 : errno;
}

int addNode(int dev, const Node& node) noexcept {
    const UniqueFd source = sys::openat2(AT_FDCWD, node.path, O_PATH, RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS);
    struct stat info {};
    if (!source || ::fstat(source.get(), &info) != 0) {
        return errno;
    }
    if (!S_ISCHR(info.st_mode) || info.st_rdev != makedev(node.major, node.minor)) {
        return ENODEV;
    }
    const UniqueFd tree = sys::cloneTree(source.get(), false);
    if (!tree || sys::setMountAttributes(tree.get(), MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, MS_PRIVATE, false) != 0) {
        return errno;
    }
    const int error = makeFile(dev, node.name, 0444);
    return error != 0 ? error : attachAt(tree.get(), dev, node.name);
}

int addTree(int dev, const char* name, const UniqueFd& tree) noexcept {
    if (!tree || ::mkdirat(dev, name, 0755) != 0) {
        return errno;
    }
    return attachAt(tree.get(), dev, name);
}

int addLinks(int dev) noexcept {
    for (const Link& link : links) {
        if (::symlinkat(link.text, dev, link.name) != 0) {
            return errno;
        }
    }
    return 0;
}

} // namespace

int fillDev(int dev) noexcept {
    for (const Node& node : nodes) {
        if (const int error = addNode(dev, node)) {
            return error;
        }
    }
    if (const int error = addTree(dev, "pts", makeDevpts())) {
        return error;
    }
    if (const int error = addTree(dev, "shm", makeTmpfs(01777, 0))) {
        return error;
    }
    return addLinks(dev);
}

} // namespace sandboxd::warden
