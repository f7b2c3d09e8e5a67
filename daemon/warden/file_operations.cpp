#include "warden/file_operations.hpp"

#include "base/syscall.hpp"
#include "warden/filesystem.hpp"
#include "warden/proc_text.hpp"

#include <sys/stat.h>
#include <sys/statvfs.h>

#include <climits>
#include <cstring>
#include <string_view>

namespace sandboxd::warden {

namespace {

constexpr std::uint32_t statNoDev = 4; // ST_NODEV

int writeContent(const Operation& operation, int file) noexcept {
    if (operation.held.content >= 0) {
        return copyAll(operation.held.content, file);
    }
    return writeAll(file, operation.plan.content(operation.step), operation.step.contentSize);
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

constexpr const char* scratchName = "file";

int makeScratchFile(const Operation& operation, std::uint32_t mode, UniqueFd& file) noexcept {
    file.reset(::openat(operation.root.scratch(), scratchName, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
    return file ? 0 : errno;
}

// Covers the target with a tree of ours.
int cover(const Operation& operation, UniqueFd tree, bool isDirectory, bool readOnly) noexcept {
    const std::uint64_t attributes =
        MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | (readOnly ? unsigned{MOUNT_ATTR_RDONLY} : 0U);
    if (!tree || sys::setMountAttributes(tree.get(), attributes, MS_PRIVATE, false) != 0) {
        return errno;
    }
    operation.held.required = ST_NOSUID | statNoDev | (readOnly ? unsigned{ST_RDONLY} : 0U);
    operation.held.tree = std::move(tree);
    return operation.root.attachTree(operation.held.tree.get(), operation.target(), isDirectory);
}

// With the file of makeScratchFile(), which loses its name then: the kernel mounts none that has lost it before.
int coverWithFile(const Operation& operation, const UniqueFd& file, bool readOnly) noexcept {
    if (const int error = cover(operation, sys::cloneTree(file.get(), false), false, readOnly)) {
        return error;
    }
    return ::unlinkat(operation.root.scratch(), scratchName, 0) == 0 ? 0 : errno;
}

} // namespace

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

int file(const Operation& operation) noexcept {
    UniqueFd file;
    const int error = openFile(operation, file);
    return error != 0 ? error : writeContent(operation, file.get());
}

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

int bindFile(const Operation& operation) noexcept {
    UniqueFd file;
    if (const int error = makeScratchFile(operation, operation.step.mode, file)) {
        return error;
    }
    if (const int error = writeContent(operation, file.get())) {
        return error;
    }
    return coverWithFile(operation, file, operation.isReadOnly());
}

// Through /proc: an O_PATH descriptor is the one that was looked up, but fchmod(2) does not take it.
int chmod(const Operation& operation) noexcept {
    const UniqueFd file = operation.root.open(operation.target(), O_PATH);
    const FdPath path(file.get());
    return file && ::fchmodat(operation.host.proc, path.bytes, operation.step.mode, 0) == 0 ? 0 : errno;
}

int mask(const Operation& operation) noexcept {
    const UniqueFd present = operation.root.open(operation.target(), O_PATH);
    struct stat info {};
    if (!present || ::fstat(present.get(), &info) != 0) {
        return errno == ENOENT ? 0 : errno;
    }
    if (S_ISDIR(info.st_mode)) {
        return cover(operation, makeTmpfs(0555, 0), true, true);
    }
    UniqueFd file;
    const int error = makeScratchFile(operation, 0, file);
    return error != 0 ? error : coverWithFile(operation, file, true);
}

// Of the open file description, so that only its last descriptor takes the lock along.
int lockFile(const Operation& operation) noexcept {
    operation.held.lock = operation.root.open(operation.target(), O_RDONLY | O_NONBLOCK | O_NOCTTY);
    struct flock shared {};
    shared.l_type = F_RDLCK;
    shared.l_whence = SEEK_SET;
    return operation.held.lock && ::fcntl(operation.held.lock.get(), F_OFD_SETLK, &shared) == 0 ? 0 : errno;
}

} // namespace sandboxd::warden
