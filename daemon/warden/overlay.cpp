#include "warden/overlay.hpp"

#include "base/syscall.hpp"
#include "warden/capabilities.hpp"
#include "warden/filesystem_builder.hpp"
#include "warden/proc_text.hpp"

#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

#include <cstring>

namespace sandboxd::warden {

namespace {

int openLayer(const char* path, UniqueFd& layer) noexcept {
    layer = sys::openat2(AT_FDCWD, path, O_PATH | O_DIRECTORY, RESOLVE_NO_MAGICLINKS);
    return layer ? 0 : errno;
}

// The overlay would let the payload find out file by file; and the kernel makes what lies in `work` its own.
int openWritable(const char* path, UniqueFd& layer) noexcept {
    if (const int error = openLayer(path, layer)) {
        return error;
    }
    const long may = ::syscall(SYS_faccessat2, layer.get(), "", R_OK | W_OK | X_OK, AT_EMPTY_PATH | AT_EACCESS);
    return may == 0 ? 0 : errno;
}

int openAll(const wire::PlanReader& plan, const wire::MountStep& step, HeldMount& held, UniqueFd* layers) noexcept {
    for (const wire::Offset lower : plan.lowers(step)) {
        if (const int error = openLayer(plan.text(lower), *layers++)) {
            return error;
        }
    }
    if (step.source == 0) {
        return 0;
    }
    const int error = openWritable(plan.text(step.source), held.upper);
    return error != 0 ? error : openWritable(plan.text(step.work), held.work);
}

// Of a temporary overlay, in the scratch file system; "u7" and "w7" of operation 7.
int makeScratchDirectory(const Operation& operation, char kind, UniqueFd& directory) noexcept {
    char name[24] = {kind};
    putNumber(name + 1, static_cast<std::uint64_t>(&operation.held - operation.table.mounts));
    if (::mkdirat(operation.root.scratch(), name, 0755) != 0) {
        return errno;
    }
    directory = sys::openat2(operation.root.scratch(), name, O_PATH | O_DIRECTORY, RESOLVE_NO_SYMLINKS);
    return directory ? 0 : errno;
}

void setPath(FilesystemBuilder& builder, const char* key, const UniqueFd& directory) noexcept {
    builder.set(key, FdPath(directory.get()).bytes);
}

// All in one value, which every kernel takes, as long as it fits; else one by one (Linux 6.7).
void setLowers(FilesystemBuilder& builder, const UniqueFd* layers, std::uint32_t count) noexcept {
    char joined[256] = "";
    std::size_t size = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
        const FdPath path(layers[i].get());
        const std::size_t length = std::strlen(path.bytes);
        if (size + length + 2 > sizeof joined) {
            for (std::uint32_t each = 0; each < count; ++each) {
                setPath(builder, "lowerdir+", layers[each]);
            }
            return;
        }
        joined[size] = ':';
        std::memcpy(joined + size + 1, path.bytes, length + 1);
        size += length + 1;
    }
    builder.set("lowerdir", joined + 1);
}

// Paths are relative to /proc, which this process has as its working directory meanwhile: they are magic links to the
// directories that were opened. userxattr: what belongs to no user namespace but the first is out of reach.
UniqueFd mountLayers(const Operation& operation) noexcept {
    FilesystemBuilder builder("overlay");
    setLowers(builder, operation.table.layers + operation.held.firstLayer, operation.step.lowers.count);
    if (operation.held.upper) {
        setPath(builder, "upperdir", operation.held.upper);
        setPath(builder, "workdir", operation.held.work);
    }
    builder.flag("userxattr");
    return builder.mount(MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
}

int makeWritableLayers(const Operation& operation) noexcept {
    if (operation.held.upper || operation.isReadOnly()) {
        return 0;
    }
    const int error = makeScratchDirectory(operation, 'u', operation.held.upper);
    return error != 0 ? error : makeScratchDirectory(operation, 'w', operation.held.work);
}

} // namespace

Failure openLayers(const wire::PlanReader& plan, MountTable& table) noexcept {
    const auto mounts = plan.mounts();
    std::uint32_t next = 0;
    for (std::uint32_t i = 0; i < mounts.count; ++i) {
        if (mounts[i].lowers.count == 0) {
            continue;
        }
        table.mounts[i].firstLayer = next;
        if (const int error = openAll(plan, mounts[i], table.mounts[i], table.layers + next)) {
            return failedWith(error, SetupStep::source, i);
        }
        next += mounts[i].lowers.count;
    }
    return success;
}

// CAP_DAC_OVERRIDE, of the sandbox's namespace and so over the caller's own files only: the kernel makes a directory of
// mode 0 in `work` and writes into it with what the mounter had.
int makeOverlay(const Operation& operation, UniqueFd& tree) noexcept {
    if (const int error = makeWritableLayers(operation)) {
        return error;
    }
    if (::fchdir(operation.host.proc) != 0 || !raiseEffective()) {
        return errno;
    }
    tree = mountLayers(operation);
    const int error = tree ? 0 : errno;
    if (!useCapabilities(~capabilityBit(CAP_DAC_OVERRIDE)) || error != 0) {
        return error != 0 ? error : errno;
    }
    struct statfs info {};
    if (::fstatfs(tree.get(), &info) != 0) {
        return errno;
    }
    const bool readOnly = (static_cast<std::uint64_t>(info.f_flags) & ST_RDONLY) != 0;
    return readOnly && !operation.isReadOnly() ? EROFS : 0;
}

} // namespace sandboxd::warden
