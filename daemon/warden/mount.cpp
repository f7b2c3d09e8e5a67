#include "warden/mount.hpp"

#include "base/syscall.hpp"
#include "warden/device_mount.hpp"
#include "warden/filesystem.hpp"

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

#include <utility>

namespace sandboxd::warden {

namespace {

constexpr std::uint32_t statReadOnly = ST_RDONLY;
constexpr std::uint32_t statNoSuid = ST_NOSUID;
constexpr std::uint32_t statNoDev = 4; // ST_NODEV

struct Operation {
    const wire::PlanReader& plan;
    const wire::MountStep& step;
    HeldMount& held;
    NewRoot& root;

    [[nodiscard]] const char* target() const noexcept { return plan.text(step.target); }
    [[nodiscard]] bool isReadOnly() const noexcept { return (step.flags & wire::mountReadOnly) != 0; }
};

// Attaches a new file system and keeps it for the check at the end.
int attachNew(const Operation& operation, UniqueFd tree, std::uint32_t required, bool own) noexcept {
    if (!tree) {
        return errno;
    }
    if (own) {
        if (const int error = operation.root.addOwn(tree.get())) {
            return error;
        }
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

int bind(const Operation& operation) noexcept {
    return operation.root.attachTree(operation.held.tree.get(), operation.target(), operation.held.isDirectory);
}

int tmpfs(const Operation& operation) noexcept {
    UniqueFd tree = makeTmpfs(operation.step.mode, operation.step.size);
    const int error = attachNew(operation, std::move(tree), statNoSuid | statNoDev, true);
    return error != 0 ? error : restrictNew(operation);
}

int proc(const Operation& operation) noexcept {
    const int error = attachNew(operation, makeProc(), statNoSuid | statNoDev, false);
    return error != 0 ? error : restrictNew(operation);
}

int devpts(const Operation& operation) noexcept {
    const int error = attachNew(operation, makeDevpts(), statNoSuid, false);
    return error != 0 ? error : restrictNew(operation);
}

int dev(const Operation& operation) noexcept {
    UniqueFd tree = makeTmpfs(0755, 0);
    const int raw = tree.get();
    if (const int error = attachNew(operation, std::move(tree), statNoSuid | statNoDev, true)) {
        return error;
    }
    const int error = fillDev(raw, operation.root);
    return error != 0 ? error : restrictNew(operation);
}

int directory(const Operation& operation) noexcept {
    Place place;
    if (const int error = operation.root.findPlace(operation.target(), place)) {
        return error;
    }
    if (place.name[0] == '\0') {
        return 0;
    }
    const bool own = operation.root.isOwn(place.parent.get());
    if (own && ::mkdirat(place.parent.get(), place.name, 0700) == 0) {
        return ::fchmodat(place.parent.get(), place.name, operation.step.mode, 0) == 0 ? 0 : errno;
    }
    // One that is there already will do, a link or a file will not.
    const UniqueFd present =
        sys::openat2(place.parent.get(), place.name, O_PATH | O_DIRECTORY, RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH);
    return present ? 0 : errno;
}

// Files and links are made in our own file systems only: elsewhere they would appear in the caller's files.
int findNew(const Operation& operation, Place& place) noexcept {
    if (const int error = operation.root.findPlace(operation.target(), place)) {
        return error;
    }
    if (place.name[0] == '\0') {
        return EEXIST;
    }
    return operation.root.isOwn(place.parent.get()) ? 0 : EPERM;
}

int file(const Operation& operation) noexcept {
    Place place;
    if (const int error = findNew(operation, place)) {
        return error;
    }
    return makeFile(place.parent.get(), place.name, operation.step.mode, operation.plan.content(operation.step),
                    operation.step.contentSize);
}

int symlink(const Operation& operation) noexcept {
    Place place;
    if (const int error = findNew(operation, place)) {
        return error;
    }
    return ::symlinkat(operation.plan.text(operation.step.source), place.parent.get(), place.name) == 0 ? 0 : errno;
}

// The root's own tmpfs becomes read-only at the end in any case.
int remountReadOnly(const Operation& operation) noexcept {
    Place place;
    if (const int error = operation.root.findPlace(operation.target(), place)) {
        return error;
    }
    UniqueFd mount = place.name[0] == '\0'
                         ? std::move(place.parent)
                         : sys::openat2(place.parent.get(), place.name, O_PATH, RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH);
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
constexpr Step steps[] = {bind, tmpfs, proc, dev, devpts, directory, file, symlink, remountReadOnly};
static_assert(sizeof steps / sizeof steps[0] == wire::mountKindCount);

} // namespace

Failure runMounts(const wire::PlanReader& plan, MountTable& table, NewRoot& root) noexcept {
    const auto mounts = plan.mounts();
    for (std::uint32_t i = 0; i < mounts.count; ++i) {
        const Operation operation{plan, mounts[i], table.mounts[i], root};
        if (const int error = steps[mounts[i].kind](operation)) {
            return failedWith(error, SetupStep::mount, i);
        }
    }
    return success;
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
