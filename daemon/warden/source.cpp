#include "warden/source.hpp"

#include "base/syscall.hpp"

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

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

// 0, or why `fd` is no source. fstatfs first: fstat would ask the caller's FUSE server, which may never answer.
int judge(int fd, bool fuseAllowed, bool& isDirectory) noexcept {
    struct statfs system {};
    if (::fstatfs(fd, &system) != 0) {
        return errno;
    }
    const auto magic = static_cast<std::uint32_t>(system.f_type);
    if (isKernelView(magic) || (magic == fuseMagic && !fuseAllowed)) {
        return EOPNOTSUPP;
    }
    struct stat info {};
    if (::fstat(fd, &info) != 0) {
        return errno;
    }
    if (info.st_nlink == 0) {
        return ENOENT; // a deleted file or directory, or a memfd: nobody can name it, so nobody can bind it
    }
    isDirectory = S_ISDIR(info.st_mode);
    return isDirectory || S_ISREG(info.st_mode) ? 0 : EOPNOTSUPP;
}

bool isBind(const wire::MountStep& step) noexcept {
    return step.kind == static_cast<unsigned>(wire::MountKind::bind);
}
bool isFromFd(const wire::MountStep& step) noexcept {
    return (step.flags & wire::mountSourceIsFd) != 0;
}

Failure adoptSource(int fd, bool fuseAllowed, bool recursive, std::uint32_t operation, HeldMount& held) noexcept {
    const int refused = judge(fd, fuseAllowed, held.isDirectory);
    if (refused != 0) {
        return failedWith(refused, SetupStep::source, operation);
    }
    held.tree = sys::cloneTree(fd, recursive);
    return held.tree ? success : failed(SetupStep::source, operation);
}

} // namespace

Failure openFdSources(const Launch& launch, MountTable& table) noexcept {
    const auto mounts = launch.plan.mounts();
    for (std::uint32_t i = 0; i < mounts.count; ++i) {
        if (!isBind(mounts[i]) || !isFromFd(mounts[i])) {
            continue;
        }
        // Always with what is mounted below: in the caller's own namespace a plain copy would uncover hidden files.
        if (const Failure failure = adoptSource(launch.fd(mounts[i].fd), false, true, i, table.mounts[i])) {
            return failure;
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
        const unsigned links = (mounts[i].flags & wire::mountNoSymlinks) != 0 ? RESOLVE_NO_SYMLINKS : 0;
        const UniqueFd fd = sys::openat2(AT_FDCWD, plan.text(mounts[i].source), O_PATH, RESOLVE_NO_MAGICLINKS | links);
        if (!fd) {
            return failed(SetupStep::source, i);
        }
        const bool recursive = (mounts[i].flags & wire::mountRecursive) != 0;
        if (const Failure failure = adoptSource(fd.get(), true, recursive, i, table.mounts[i])) {
            return failure;
        }
    }
    return success;
}

Failure restrictSources(const wire::PlanReader& plan, MountTable& table) noexcept {
    const auto mounts = plan.mounts();
    for (std::uint32_t i = 0; i < mounts.count; ++i) {
        if (!isBind(mounts[i])) {
            continue;
        }
        const bool readOnly = (mounts[i].flags & wire::mountReadOnly) != 0;
        const std::uint64_t set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | (readOnly ? unsigned{MOUNT_ATTR_RDONLY} : 0U);
        if (sys::setMountAttributes(table.mounts[i].tree.get(), set, MS_PRIVATE, true) != 0) {
            return failed(SetupStep::source, i);
        }
        table.mounts[i].required = ST_NOSUID | 4U /* ST_NODEV */ | (readOnly ? unsigned{ST_RDONLY} : 0U);
    }
    return success;
}

} // namespace sandboxd::warden
