#include "warden/mount.hpp"

#include "base/syscall.hpp"
#include "warden/device_mount.hpp"
#include "warden/filesystem.hpp"

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

#include <string_view>
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

    // Parents of what a group or others may not use are closed to them as well.
    [[nodiscard]] Target target() const noexcept {
        const std::uint32_t group = hasMode() && (step.mode & 0070U) == 0 ? 0050U : 0U;
        const std::uint32_t others = hasMode() && (step.mode & 0007U) == 0 ? 0005U : 0U;
        return {plan.text(step.target), 0755U & ~(group | others), (step.flags & wire::mountNoSymlinks) == 0};
    }
    [[nodiscard]] bool isReadOnly() const noexcept { return (step.flags & wire::mountReadOnly) != 0; }

private:
    [[nodiscard]] bool hasMode() const noexcept {
        return step.kind == static_cast<unsigned>(wire::MountKind::tmpfs) ||
               step.kind == static_cast<unsigned>(wire::MountKind::directory) ||
               step.kind == static_cast<unsigned>(wire::MountKind::file);
    }
};

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

int proc(const Operation& operation) noexcept {
    const int error = attachNew(operation, makeProc(), statNoSuid | statNoDev);
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

// One that is there already will do, and keeps its mode.
int directory(const Operation& operation) noexcept {
    if (operation.root.open(operation.target(), O_PATH | O_DIRECTORY)) {
        return 0;
    }
    Place place;
    if (errno != ENOENT) {
        return errno;
    }
    if (const int error = operation.root.findPlace(operation.target(), place)) {
        return error;
    }
    return ::mkdirat(place.parent.get(), place.name, operation.step.mode) == 0 ? 0 : errno;
}

// For writing, made if it is missing; what is there keeps its mode. Never waits for the reader of a FIFO.
int openFile(const Operation& operation, UniqueFd& file) noexcept {
    constexpr int flags = O_WRONLY | O_CREAT | O_NONBLOCK | O_NOCTTY;
    file = operation.root.open(operation.target(), flags, operation.step.mode);
    if (!file && errno == ENOENT) {
        Place place;
        if (const int error = operation.root.findPlace(operation.target(), place)) {
            return error;
        }
        file = operation.root.open(operation.target(), flags, operation.step.mode);
    }
    struct stat info {};
    if (!file || ::fstat(file.get(), &info) != 0) {
        return errno;
    }
    if (!S_ISREG(info.st_mode)) {
        return EEXIST;
    }
    return ::ftruncate(file.get(), 0) == 0 ? 0 : errno;
}

int file(const Operation& operation) noexcept {
    UniqueFd file;
    const int error = openFile(operation, file);
    return error != 0 ? error
                      : writeAll(file.get(), operation.plan.content(operation.step), operation.step.contentSize);
}

// A link that says the same already will do.
int symlink(const Operation& operation) noexcept {
    Place place;
    const char* text = operation.plan.text(operation.step.source);
    if (const int error = operation.root.findPlace(operation.target(), place)) {
        return error;
    }
    if (::symlinkat(text, place.parent.get(), place.name) == 0) {
        return 0;
    }
    const int error = errno;
    char present[PATH_MAX];
    const ssize_t length = ::readlinkat(place.parent.get(), place.name, present, sizeof present);
    const bool same = length >= 0 && std::string_view(present, static_cast<std::size_t>(length)) == text;
    return error == EEXIST && same ? 0 : error;
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
