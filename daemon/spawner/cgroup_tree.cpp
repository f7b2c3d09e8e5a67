#include "spawner/cgroup_tree.hpp"

#include <linux/magic.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#include <cerrno>
#include <climits>
#include <cstdint>
#include <cstring>
#include <utility>

namespace sandboxd::spawner {

namespace {

constexpr const char* wardensName = "wardens";
constexpr const char* serviceName = "sandboxd.slice/sandboxd-sandboxes.service";
constexpr const char* plainName = "sandboxd-sandboxes";
constexpr int directoryFlags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW;
constexpr std::size_t idLength = 26;

bool isCgroup2(int fd) noexcept {
    struct statfs info {};
    return ::fstatfs(fd, &info) == 0 && info.f_type == CGROUP2_SUPER_MAGIC;
}

UniqueFd makeDirectory(int at, const char* name) noexcept {
    if (::mkdirat(at, name, 0755) != 0 && errno != EEXIST) {
        return UniqueFd();
    }
    return UniqueFd(::openat(at, name, directoryFlags));
}

// The mount point in a line of mountinfo, proc_pid_mountinfo(5): the fifth field.
bool takeMountPoint(const char* line, const char* end, char (&path)[PATH_MAX]) noexcept {
    const char* field = line;
    for (int i = 0; i < 4; ++i) {
        field = static_cast<const char*>(std::memchr(field, ' ', static_cast<std::size_t>(end - field)));
        if (field == nullptr) {
            return false;
        }
        ++field;
    }
    const auto* stop = static_cast<const char*>(std::memchr(field, ' ', static_cast<std::size_t>(end - field)));
    const std::size_t length = stop == nullptr ? sizeof path : static_cast<std::size_t>(stop - field);
    if (length >= sizeof path) {
        return false;
    }
    std::memcpy(path, field, length);
    path[length] = '\0';
    return true;
}

bool isCgroup2Line(const char* line, const char* end) noexcept {
    constexpr const char* marker = " - cgroup2 ";
    return ::memmem(line, static_cast<std::size_t>(end - line), marker, std::strlen(marker)) != nullptr;
}

UniqueFd openMount(const char* line, const char* end) noexcept {
    char path[PATH_MAX];
    if (!isCgroup2Line(line, end) || !takeMountPoint(line, end, path)) {
        return UniqueFd();
    }
    UniqueFd mount(::open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return mount && isCgroup2(mount.get()) ? std::move(mount) : UniqueFd();
}

// systemd's service for it if there is one, else a directory of our own where that can be made.
UniqueFd openBelow(int mount) noexcept {
    UniqueFd service(::openat(mount, serviceName, directoryFlags));
    return service ? std::move(service) : makeDirectory(mount, plainName);
}

UniqueFd findRoot() noexcept {
    const UniqueFd file(::open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC));
    char buffer[2 * PATH_MAX];
    std::size_t filled = 0;
    for (;;) {
        const ssize_t got = ::read(file.get(), buffer + filled, sizeof buffer - filled);
        if (got <= 0) {
            return UniqueFd();
        }
        filled += static_cast<std::size_t>(got);
        const char* line = buffer;
        while (const auto* end = static_cast<const char*>(
                   std::memchr(line, '\n', filled - static_cast<std::size_t>(line - buffer)))) {
            if (const UniqueFd mount = openMount(line, end)) {
                if (UniqueFd root = openBelow(mount.get())) {
                    return root;
                }
            }
            line = end + 1;
        }
        filled -= static_cast<std::size_t>(line - buffer);
        std::memmove(buffer, line, filled);
    }
}

void killAll(int leaf) noexcept {
    const UniqueFd file(::openat(leaf, "cgroup.kill", O_WRONLY | O_CLOEXEC));
    static_cast<void>(!::write(file.get(), "1", 1)); // empty by itself, or never: nobody is left to tell
}

// A leaf that is locked has a warden; one that is not and has processes (rmdir answers EBUSY) has lost it.
bool removeUnused(int root, const char* name) noexcept {
    const UniqueFd leaf(::openat(root, name, directoryFlags));
    if (leaf && ::flock(leaf.get(), LOCK_EX | LOCK_NB) != 0) {
        return false;
    }
    if (::unlinkat(root, name, AT_REMOVEDIR) == 0) {
        return true;
    }
    killAll(leaf.get());
    return false;
}

bool isId(const char* name) noexcept {
    return std::strlen(name) == idLength;
}

struct Entry { // struct linux_dirent64
    std::uint64_t inode;
    std::int64_t offset;
    std::uint16_t length;
    std::uint8_t type;
    char name[1];
};

} // namespace

bool CgroupTree::adopt(UniqueFd root) noexcept {
    if (!root || !isCgroup2(root.get())) {
        return false;
    }
    // Best effort: without the controller there is no pids.max, and without the right to write no limit either.
    const UniqueFd controllers(::openat(root.get(), "cgroup.subtree_control", O_WRONLY | O_CLOEXEC));
    if (controllers) {
        static_cast<void>(!::write(controllers.get(), "+pids", 5));
    }
    wardens_ = makeDirectory(root.get(), wardensName);
    root_ = std::move(root);
    return static_cast<bool>(wardens_);
}

bool CgroupTree::open(const char* path) noexcept {
    if (path != nullptr) {
        return adopt(makeDirectory(AT_FDCWD, path));
    }
    if (!adopt(findRoot())) {
        root_.reset(); // works without, and the Facts say so
    }
    return true;
}

bool CgroupTree::makeLeaf(const char* id, Leaf& leaf) const noexcept {
    if (::mkdirat(root_.get(), id, 0755) != 0) {
        return false; // EEXIST: the id was used before
    }
    leaf.directory.reset(::openat(root_.get(), id, directoryFlags));
    if (leaf.directory && ::flock(leaf.directory.get(), LOCK_SH | LOCK_NB) == 0) {
        leaf.kill.reset(::openat(leaf.directory.get(), "cgroup.kill", O_WRONLY | O_CLOEXEC));
        leaf.pids.reset(::openat(leaf.directory.get(), "pids.max", O_WRONLY | O_CLOEXEC));
    }
    if (!leaf.kill) {
        const int error = errno;
        ::unlinkat(root_.get(), id, AT_REMOVEDIR);
        errno = error;
    }
    return static_cast<bool>(leaf.kill);
}

bool CgroupTree::removeLeaf(const char* id) const noexcept {
    return ::unlinkat(root_.get(), id, AT_REMOVEDIR) == 0 || errno == ENOENT;
}

void CgroupTree::killLeaf(const char* id) const noexcept {
    const UniqueFd leaf(::openat(root_.get(), id, directoryFlags));
    killAll(leaf.get());
}

bool CgroupTree::removeUnusedLeaf(const char* id) const noexcept {
    return removeUnused(root_.get(), id);
}

void CgroupTree::sweep(Used used, void* context) const noexcept {
    const UniqueFd directory(::openat(root_.get(), ".", directoryFlags));
    alignas(Entry) char buffer[4096];
    for (;;) {
        const long size = ::syscall(SYS_getdents64, directory.get(), buffer, sizeof buffer);
        if (size <= 0) {
            return;
        }
        for (long at = 0; at < size;) {
            const auto* entry = reinterpret_cast<const Entry*>(buffer + at);
            if (isId(entry->name) && !removeUnused(root_.get(), entry->name)) {
                used(context, entry->name);
            }
            at += entry->length;
        }
    }
}

} // namespace sandboxd::spawner
