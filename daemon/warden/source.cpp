#include "warden/source.hpp"

#include "base/syscall.hpp"
#include "warden/file_id.hpp"
#include "warden/proc_text.hpp"

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

#include <climits>
#include <utility>

namespace sandboxd::warden {

namespace {

constexpr std::uint32_t fuseMagic = 0x65735546; // linux/magic.h has it since 6.2 only

// Views of the kernel: what is behind a name there changes with who looks, or acts when touched.
constexpr std::uint32_t kernelViews[] = {
    0x00009fa0, // proc
    0x62656572, // sysfs
    0x0027e0eb, // cgroup
    0x63677270, // cgroup2
    0x6e736673, // nsfs
    0x50494446, // pidfs
    0x64626720, // debugfs
    0x74726163, // tracefs
    0x73636673, // securityfs
    0x42494e4d, // binfmt_misc
    0xcafe4a11, // bpf
    0x00001cd1, // devpts
    0x09041934, // anonymous inodes: epoll, pidfd before 6.9
    0xf97cff8c, // selinuxfs
    0xde5e81e4, // efivarfs
    0x62656570, // configfs
};

bool isKernelView(std::uint32_t magic) noexcept {
    for (const std::uint32_t view : kernelViews) {
        if (magic == view) {
            return true;
        }
    }
    return false;
}

bool hasFlag(const wire::MountStep& step, wire::MountFlag flag) noexcept {
    return (step.flags & flag) != 0;
}

// 0, or why a descriptor is no source. fstatfs first: fstat would ask the caller's FUSE server, which may never answer.
int judgeDescriptor(int fd) noexcept {
    struct statfs system {};
    if (::fstatfs(fd, &system) != 0) {
        return errno;
    }
    const auto magic = static_cast<std::uint32_t>(system.f_type);
    return isKernelView(magic) || magic == fuseMagic ? EOPNOTSUPP : 0;
}

// 0, or why a file is no source. What has a path may be of any type: binding its directory would show it as well.
int judgeFile(int fd, const wire::MountStep& step, bool& isDirectory) noexcept {
    struct stat info {};
    if (::fstat(fd, &info) != 0) {
        return errno;
    }
    if (info.st_nlink == 0) {
        return ENOENT; // a deleted file or directory, or a memfd: nobody can name it, so nobody can bind it
    }
    isDirectory = S_ISDIR(info.st_mode);
    const bool device = S_ISCHR(info.st_mode) || S_ISBLK(info.st_mode);
    const bool fits = isDirectory || S_ISREG(info.st_mode) || (device && hasFlag(step, wire::mountDevices));
    return fits || !hasFlag(step, wire::mountSourceIsFd) ? 0 : EOPNOTSUPP;
}

bool isBind(const wire::MountStep& step) noexcept {
    return step.kind == static_cast<unsigned>(wire::MountKind::bind);
}
bool isFromFd(const wire::MountStep& step) noexcept {
    return hasFlag(step, wire::mountSourceIsFd);
}

// 0, or an errno.
int cloneSource(int fd, const wire::MountStep& step, HeldMount& held) noexcept {
    if (const int refused = judgeFile(fd, step, held.isDirectory)) {
        return refused;
    }
    // A descriptor's tree is cloned in the caller's own namespace, where a plain copy would uncover what mounts hide.
    held.tree = sys::cloneTree(fd, isFromFd(step) || hasFlag(step, wire::mountRecursive));
    return held.tree ? 0 : errno;
}

// The file that `fd` has open, as this mount namespace has it: by its name, which must not have become another's.
UniqueFd openHere(int proc, int fd) noexcept {
    char path[PATH_MAX];
    const ssize_t size = ::readlinkat(proc, FdPath(fd).bytes, path, sizeof path - 1);
    if (size < 0) {
        return UniqueFd();
    }
    path[size] = '\0';
    UniqueFd here = sys::openat2(AT_FDCWD, path, O_PATH, RESOLVE_NO_MAGICLINKS);
    FileId found;
    FileId wanted;
    if (!here || !identify(here.get(), found) || !identify(fd, wanted)) {
        return UniqueFd();
    }
    errno = ESTALE;
    return found.device == wanted.device && found.inode == wanted.inode ? std::move(here) : UniqueFd();
}

int openFdSource(const Host& host, int fd, const wire::MountStep& step, HeldMount& held) noexcept {
    if (host.native) {
        const UniqueFd here = openHere(host.proc, fd);
        return here ? cloneSource(here.get(), step, held) : errno;
    }
    const int refused = judgeDescriptor(fd);
    return refused != 0 ? refused : cloneSource(fd, step, held);
}

int openPathSource(const wire::PlanReader& plan, const wire::MountStep& step, HeldMount& held) noexcept {
    const unsigned links = hasFlag(step, wire::mountNoSymlinks) ? RESOLVE_NO_SYMLINKS : 0;
    const UniqueFd fd = sys::openat2(AT_FDCWD, plan.text(step.source), O_PATH, RESOLVE_NO_MAGICLINKS | links);
    if (!fd) {
        return errno == ENOENT && hasFlag(step, wire::mountOptional) ? 0 : errno;
    }
    return cloneSource(fd.get(), step, held);
}

// nosuid always, so that no file gives the payload more than it has.
int restrictSource(const wire::MountStep& step, HeldMount& held) noexcept {
    const std::uint64_t readOnly = hasFlag(step, wire::mountReadOnly) ? unsigned{MOUNT_ATTR_RDONLY} : 0U;
    const std::uint64_t noDevices = hasFlag(step, wire::mountDevices) ? 0U : unsigned{MOUNT_ATTR_NODEV};
    if (sys::setMountAttributes(held.tree.get(), MOUNT_ATTR_NOSUID | readOnly | noDevices, MS_PRIVATE, true) != 0) {
        return errno;
    }
    held.required = ST_NOSUID | (noDevices != 0 ? 4U /* ST_NODEV */ : 0U) | (readOnly != 0 ? unsigned{ST_RDONLY} : 0U);
    return 0;
}

} // namespace

Failure openFdSources(const Host& host, const Launch& launch, MountTable& table) noexcept {
    const auto mounts = launch.plan.mounts();
    for (std::uint32_t i = 0; i < mounts.count; ++i) {
        if (!isFromFd(mounts[i])) {
            continue;
        }
        if (!isBind(mounts[i])) {
            table.mounts[i].content = launch.fd(mounts[i].fd); // init reads it
            continue;
        }
        if (const int error = openFdSource(host, launch.fd(mounts[i].fd), mounts[i], table.mounts[i])) {
            return failedWith(error, SetupStep::source, i);
        }
    }
    return success;
}

Failure openPathSources(const wire::PlanReader& plan, MountTable& table) noexcept {
    const auto mounts = plan.mounts();
    for (std::uint32_t i = 0; i < mounts.count; ++i) {
        if (!isBind(mounts[i]) || isFromFd(mounts[i])) {
            continue;
        }
        if (const int error = openPathSource(plan, mounts[i], table.mounts[i])) {
            return failedWith(error, SetupStep::source, i);
        }
    }
    return success;
}

Failure restrictSources(const wire::PlanReader& plan, MountTable& table) noexcept {
    const auto mounts = plan.mounts();
    for (std::uint32_t i = 0; i < mounts.count; ++i) {
        if (!isBind(mounts[i]) || !table.mounts[i].tree) {
            continue;
        }
        if (const int error = restrictSource(mounts[i], table.mounts[i])) {
            return failedWith(error, SetupStep::source, i);
        }
    }
    return success;
}

} // namespace sandboxd::warden
