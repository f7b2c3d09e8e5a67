#include "operation_wording.hpp"

#include "message.hpp"
#include "path_inside.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>

namespace sandboxd::bwrap {
namespace {

using client::Error;

std::string newRoot(const Operation& operation) {
    return "/newroot" + pathInside(operation.target);
}

std::string oldRoot(const std::string& path) {
    return "/oldroot" + path;
}

std::string chmodWords(const Operation& operation) {
    std::array<char, 8> mode{};
    const auto end = std::to_chars(mode.begin(), mode.end(), operation.mode, 8).ptr;
    return "Can't chmod 0" + std::string(mode.begin(), end) + " " + operation.target;
}

// What bubblewrap says when it cannot do this at the target; errno follows.
std::string targetWords(const Operation& operation) {
    switch (operation.kind) {
    case Kind::bind:
    case Kind::bindDescriptor:
        return "Can't bind mount " + oldRoot(operation.source) + " on " + newRoot(operation);
    case Kind::overlay:
    case Kind::temporaryOverlay:
    case Kind::readOnlyOverlay:
        return "Can't make overlay mount on " + newRoot(operation);
    case Kind::proc:
        return "Can't mount proc on " + newRoot(operation);
    case Kind::dev:
    case Kind::tmpfs:
        return "Can't mount tmpfs on " + newRoot(operation);
    case Kind::mqueue:
        return "Can't mount mqueue on " + newRoot(operation);
    case Kind::directory:
        return "Can't mkdir " + operation.target;
    case Kind::file:
        return "Can't create file " + operation.target;
    case Kind::bindFile:
        return "Can't create file at " + operation.target;
    case Kind::symlink:
        return "Can't make symlink at " + operation.target;
    case Kind::chmod:
        return chmodWords(operation);
    case Kind::remountReadOnly:
        return "Can't remount readonly on " + newRoot(operation);
    }
    return "";
}

// The daemon does not tell which of an overlay's directories it could not open; none is missing if one is no use.
std::optional<std::string> missingLayer(const Operation& operation, const IsDirectory& isDirectory) {
    std::vector<std::string> layers = operation.lower;
    if (operation.kind == Kind::overlay) {
        layers.insert(layers.end(), {operation.source, operation.work});
    }
    const auto missing = std::find_if_not(layers.begin(), layers.end(), isDirectory);
    return missing == layers.end() ? std::nullopt : std::optional(*missing);
}

std::string sourceWords(const Attempt& attempt, const Operation& operation) {
    if (operation.kind == Kind::bindDescriptor) {
        return "Can't find source path /proc/self/fd/" + std::to_string(operation.descriptor);
    }
    if (operation.kind == Kind::proc) {
        return targetWords(operation); // the caller's /proc, which no option named
    }
    if (!operation.lower.empty()) {
        const auto missing = missingLayer(operation, attempt.isDirectory);
        return missing ? "Can't find source path " + *missing : targetWords(operation);
    }
    return "Can't find source path " + operation.source;
}

// These make a missing target first, and say so if that fails; a mount itself fails in other ways.
bool isAboutMaking(int errorNumber) {
    return errorNumber == EROFS || errorNumber == EACCES || errorNumber == ENOTDIR;
}

bool makesTarget(Kind kind) {
    return kind != Kind::chmod && kind != Kind::remountReadOnly;
}

bool makesMountPoint(Kind kind) {
    return makesTarget(kind) && kind != Kind::symlink && kind != Kind::file && kind != Kind::bindFile;
}

// A mount of a file lies on a file.
bool mountsFile(const Attempt& attempt, const Operation& operation) {
    switch (operation.kind) {
    case Kind::bindFile:
        return true;
    case Kind::bind:
        return !attempt.isDirectory(operation.source);
    case Kind::bindDescriptor:
        return !attempt.isDirectory("/proc/self/fd/" + std::to_string(operation.descriptor));
    default:
        return false;
    }
}

// Whether the directory was missing in which the target was to be made; if it was bound, that can be seen from outside.
bool isParentMissing(const Attempt& attempt, std::size_t origin) {
    const std::span<const Operation> operations = attempt.command.operations;
    const std::string target = pathInside(operations[origin].target);
    const std::size_t slash = target.rfind('/');
    const auto outside = pathOutside(operations.first(origin), slash == 0 ? "/" : target.substr(0, slash));
    return outside && !attempt.isDirectory(*outside);
}

std::string makingWords(const Attempt& attempt, std::size_t origin) {
    const Operation& operation = attempt.command.operations[origin];
    if (isParentMissing(attempt, origin)) {
        return "Can't mkdir parents for " + operation.target;
    }
    if (!makesMountPoint(operation.kind)) {
        return targetWords(operation);
    }
    return (mountsFile(attempt, operation) ? "Can't create file at " : "Can't mkdir ") + operation.target;
}

// What the link says that is in the way: one of an option before, or if it was bound, one that can be seen from
// outside.
std::optional<std::string> presentLink(const Attempt& attempt, std::size_t origin) {
    const auto before = std::span<const Operation>(attempt.command.operations).first(origin);
    const std::string target = pathInside(attempt.command.operations[origin].target);
    for (const Operation& operation : before) {
        if (operation.kind == Kind::symlink && pathInside(operation.target) == target) {
            return operation.source;
        }
    }
    const auto outside = pathOutside(before, target);
    return outside ? attempt.readLink(*outside) : std::nullopt;
}

std::string presentLinkWords(const Attempt& attempt, std::size_t origin) {
    const std::string words = "Can't make symlink at " + attempt.command.operations[origin].target;
    const std::optional<std::string> present = presentLink(attempt, origin);
    return present ? words + ": existing destination is " + *present
                   : words + ": destination exists and is not a symlink";
}

} // namespace

bool isAboutQueues(const Error& error) {
    return error.message.find("\"mqueue\" needs \"ipc\"") != std::string::npos;
}

std::string operationWords(const Error& error, const Attempt& attempt, std::size_t origin) {
    const Operation& operation = attempt.command.operations[origin];
    if (operation.kind == Kind::symlink && error.errorNumber == EEXIST) {
        return presentLinkWords(attempt, origin);
    }
    if (isAboutQueues(error)) {
        return withErrno(targetWords(operation), EPERM);
    }
    if (error.message.find("cannot open the source") != std::string::npos) {
        return withErrno(sourceWords(attempt, operation), error.errorNumber);
    }
    if (error.errorNumber == EBADF && (operation.kind == Kind::file || operation.kind == Kind::bindFile)) {
        return withErrno("Can't write data to file " + operation.target, EBADF); // not open for reading
    }
    if (error.errorNumber == EINVAL && mountsFile(attempt, operation)) {
        return withErrno("Can't create file at " + operation.target, EISDIR); // it lies on a directory
    }
    if (makesTarget(operation.kind) && isAboutMaking(error.errorNumber)) {
        return withErrno(makingWords(attempt, origin), error.errorNumber);
    }
    return withErrno(targetWords(operation), error.errorNumber);
}

} // namespace sandboxd::bwrap
