#include "warden/mount.hpp"

#include "base/syscall.hpp"
#include "warden/device_mount.hpp"
#include "warden/file_operations.hpp"
#include "warden/filesystem.hpp"
#include "warden/namespaces.hpp"
#include "warden/overlay.hpp"

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

#include <utility>

namespace sandboxd::warden {

namespace {

constexpr std::uint32_t statReadOnly = ST_RDONLY;
constexpr std::uint32_t statNoSuid = ST_NOSUID;
constexpr std::uint32_t statNoDev = 4; // ST_NODEV

// Attaches a new file system and keeps it for the check at the end.
int attachNew(const Operation& operation, UniqueFd tree, std::uint32_t required) noexcept {
    if (!tree) {
        return errno;
    }
    operation.held.required = required;
    operation.held.tree = std::move(tree);
    return operation.root.attachTree(operation.held.tree.get(), operation.target(), true);
}

// Last, as /dev has to be filled first.
int restrictNew(const Operation& operation) noexcept {
    if (!operation.isReadOnly()) {
        return 0;
    }
    operation.held.required |= statReadOnly;
    return sys::setMountAttributes(operation.held.tree.get(), MOUNT_ATTR_RDONLY, 0, false) == 0 ? 0 : errno;
}

// Without a tree the source was optional and is missing.
int bind(const Operation& operation) noexcept {
    if (!operation.held.tree) {
        return 0;
    }
    return operation.root.attachTree(operation.held.tree.get(), operation.target(), operation.held.isDirectory);
}

int tmpfs(const Operation& operation) noexcept {
    UniqueFd tree = makeTmpfs(operation.step.mode, operation.step.size);
    const int error = attachNew(operation, std::move(tree), statNoSuid | statNoDev);
    return error != 0 ? error : restrictNew(operation);
}

// A new one is refused to who does not own the pid namespace. Of the one that the caller brought none is mounted yet.
UniqueFd procOf(const Host& host, const wire::Header& header) noexcept {
    if (sharesPids(header) && host.brought.pidNamespace < 0) {
        return cloneProc();
    }
    return hasInnerNamespace(header) ? makeProcOfChildren() : makeProc();
}

int proc(const Operation& operation) noexcept {
    const int error = attachNew(operation, procOf(operation.host, operation.plan.header()), statNoSuid | statNoDev);
    return error != 0 ? error : restrictNew(operation);
}

int mqueue(const Operation& operation) noexcept {
    return attachNew(operation, makeMqueue(), statNoSuid | statNoDev);
}

int sysfs(const Operation& operation) noexcept {
    return attachNew(operation, makeSysfs(), statNoSuid | statNoDev);
}

// Whether it is as asked for is seen only now: the kernel falls back to read-only without an error.
int overlay(const Operation& operation) noexcept {
    UniqueFd tree;
    if (const int error = makeOverlay(operation, tree)) {
        return error;
    }
    const int error = attachNew(operation, std::move(tree), statNoSuid | statNoDev);
    return error != 0 ? error : restrictNew(operation);
}

int devpts(const Operation& operation) noexcept {
    const int error = attachNew(operation, makeDevpts(), statNoSuid);
    return error != 0 ? error : restrictNew(operation);
}

int dev(const Operation& operation) noexcept {
    UniqueFd tree = makeTmpfs(0755, 0);
    const int raw = tree.get();
    if (const int error = attachNew(operation, std::move(tree), statNoSuid | statNoDev)) {
        return error;
    }
    const int error = fillDev(raw);
    return error != 0 ? error : restrictNew(operation);
}

// The root's own tmpfs becomes read-only at the end in any case.
int remountReadOnly(const Operation& operation) noexcept {
    UniqueFd mount = operation.root.open(operation.target(), O_PATH);
    if (!mount) {
        return errno;
    }
    const bool recursive = (operation.step.flags & wire::mountRecursive) != 0;
    if (sys::setMountAttributes(mount.get(), MOUNT_ATTR_RDONLY, 0, recursive) != 0) {
        return errno; // EINVAL: no mount there
    }
    operation.held.tree = std::move(mount);
    operation.held.required = statReadOnly;
    return 0;
}

using Step = int (*)(const Operation&) noexcept;

// By wire::MountKind.
constexpr Step steps[] = {bind,   tmpfs, proc,    dev,      devpts, directory, file,    symlink, remountReadOnly,
                          mqueue, sysfs, overlay, bindFile, chmod,  mask,      lockFile};
static_assert(sizeof steps / sizeof steps[0] == wire::mountKindCount);

} // namespace

Failure runMounts(const Host& host, const wire::PlanReader& plan, MountTable& table, NewRoot& root) noexcept {
    const auto mounts = plan.mounts();
    for (std::uint32_t i = 0; i < mounts.count; ++i) {
        const Operation operation{plan, mounts[i], table.mounts[i], table, root, host};
        if (const int error = steps[mounts[i].kind](operation)) {
            return failedWith(error, SetupStep::mount, i);
        }
    }
    return success;
}

bool needsScratch(const wire::PlanReader& plan) noexcept {
    for (const wire::MountStep& step : plan.mounts()) {
        const auto kind = static_cast<wire::MountKind>(step.kind);
        const bool temporary = kind == wire::MountKind::overlay && (step.flags & wire::mountReadOnly) == 0;
        if (kind == wire::MountKind::bindFile || kind == wire::MountKind::mask || (temporary && step.source == 0)) {
            return true;
        }
    }
    return false;
}

Failure verifyMounts(const wire::PlanReader& plan, const MountTable& table) noexcept {
    for (std::uint32_t i = 0; i < plan.mounts().count; ++i) {
        const HeldMount& held = table.mounts[i];
        if (!held.tree) {
            continue;
        }
        struct statfs info {};
        if (::fstatfs(held.tree.get(), &info) != 0) {
            return failed(SetupStep::verify, i);
        }
        if ((static_cast<std::uint32_t>(info.f_flags) & held.required) != held.required) {
            return failedWith(EPERM, SetupStep::verify, i);
        }
    }
    return success;
}

} // namespace sandboxd::warden
