#include "wording.hpp"

#include "message.hpp"
#include "path_inside.hpp"

#include <array>
#include <cerrno>
#include <charconv>

namespace sandboxd::bwrap {
namespace {

using client::Error;
using client::ErrorKind;

// Steps of the set-up as the daemon's messages have them.
constexpr std::string_view openSource = "cannot open the source";
constexpr std::string_view enterDirectory = "cannot enter the working directory";

bool says(const Error& error, std::string_view words) {
    return error.message.find(words) != std::string::npos;
}

// "setup: mounts[3]: cannot make the target ..." -> 3.
std::optional<std::size_t> mountIn(const Error& error) {
    constexpr std::string_view key = "mounts";
    const std::size_t start = error.message.find(key);
    const std::size_t digit = start == std::string::npos ? start : error.message.find_first_of("0123456789", start);
    if (digit == std::string::npos || error.message.find_first_not_of("[ operation:", start + key.size()) != digit) {
        return std::nullopt;
    }
    std::size_t index = 0;
    const char* end = error.message.data() + error.message.size();
    std::from_chars(error.message.data() + digit, end, index);
    return index;
}

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

std::string sourceWords(const Operation& operation) {
    if (operation.kind == Kind::bindDescriptor) {
        return "Can't find source path /proc/self/fd/" + std::to_string(operation.descriptor);
    }
    if (operation.kind == Kind::proc) {
        return targetWords(operation); // the caller's /proc, which no option named
    }
    return "Can't find source path " + operation.source;
}

// These make a missing target first, and say so if that fails; a mount itself fails in other ways.
bool isAboutMaking(int errorNumber) {
    return errorNumber == EROFS || errorNumber == EACCES || errorNumber == ENOTDIR;
}

bool makesMountPoint(Kind kind) {
    return kind != Kind::symlink && kind != Kind::chmod && kind != Kind::remountReadOnly && kind != Kind::file &&
           kind != Kind::bindFile;
}

std::string mountWords(const Error& error, const Operation& operation) {
    if (says(error, openSource)) {
        return withErrno(sourceWords(operation), error.errorNumber);
    }
    if (makesMountPoint(operation.kind) && isAboutMaking(error.errorNumber)) {
        return withErrno("Can't mkdir " + operation.target, error.errorNumber);
    }
    return withErrno(targetWords(operation), error.errorNumber);
}

// The daemon does not tell what a link that is in the way says; if it was bound, it can be seen from outside.
std::string presentLinkWords(const Attempt& attempt, std::size_t origin) {
    const std::span<const Operation> operations = attempt.command.operations;
    const std::string words = "Can't make symlink at " + operations[origin].target;
    const auto outside = pathOutside(operations.first(origin), pathInside(operations[origin].target));
    const std::optional<std::string> present = outside ? attempt.readLink(*outside) : std::nullopt;
    return present ? words + ": existing destination is " + *present
                   : words + ": destination exists and is not a symlink";
}

std::string originWords(const Error& error, const Attempt& attempt, std::size_t origin) {
    const Command& command = attempt.command;
    if (origin < command.operations.size()) {
        const Operation& operation = command.operations[origin];
        return operation.kind == Kind::symlink && error.errorNumber == EEXIST ? presentLinkWords(attempt, origin)
                                                                              : mountWords(error, operation);
    }
    return withErrno("Unable to open lock file " + command.lockFiles.at(origin - command.operations.size()),
                     error.errorNumber);
}

std::string namespaceWords(const Error& error) {
    if (error.errorNumber == ENOSPC) {
        return "Creating new namespace failed: nesting depth or /proc/sys/user/max_*_namespaces exceeded (ENOSPC)";
    }
    if (error.errorNumber == EPERM || error.errorNumber == EACCES) {
        return "No permissions to create a new namespace: " + error.message;
    }
    return withErrno("Creating new namespace failed", error.errorNumber);
}

bool isAboutFilter(const Error& error) {
    return error.message.starts_with("seccomp-fds: ");
}

std::string filterWords(const Error& error) {
    if (says(error, "instructions of 8 bytes")) {
        return "Invalid seccomp data, must be multiple of 8";
    }
    if (says(error, "no classic BPF")) {
        return "Unable to set up system call filtering as requested: prctl(PR_SET_SECCOMP) reported EINVAL. "
               "(Hint: this requires a kernel configured with CONFIG_SECCOMP and CONFIG_SECCOMP_FILTER.)";
    }
    return "Can't read seccomp data: " + error.message;
}

std::string setupWords(const Error& error) {
    if (says(error, "cannot make the namespaces")) {
        return namespaceWords(error);
    }
    if (says(error, "cannot write the id maps")) {
        return withErrno("setting up uid map", error.errorNumber);
    }
    if (says(error, "cannot bring the loopback interface up")) {
        return withErrno("loopback: Failed RTM_NEWADDR", error.errorNumber);
    }
    return "Creating new namespace failed: " + error.message;
}

} // namespace

bool isMissingDirectory(const Error& error) {
    return error.kind == ErrorKind::setupFailed && says(error, enterDirectory);
}

std::string wordsFor(const Error& error, const Attempt& attempt) {
    if (error.kind == ErrorKind::execFailed) {
        return withErrno("execvp " + attempt.command.argv.front(), error.errorNumber);
    }
    if (isMissingDirectory(error)) {
        return withErrno("Can't chdir to " + attempt.directory, error.errorNumber);
    }
    if (isAboutFilter(error)) {
        return filterWords(error);
    }
    const std::optional<std::size_t> mount = mountIn(error);
    if (mount && *mount < attempt.origins.size() && attempt.origins[*mount] && error.errorNumber != 0) {
        return originWords(error, attempt, *attempt.origins[*mount]);
    }
    if (error.kind == ErrorKind::setupFailed) {
        return setupWords(error);
    }
    if (error.kind == ErrorKind::refused) {
        return "No permissions to create a new namespace: " + error.message;
    }
    return "Creating new namespace failed: " + error.message;
}

} // namespace sandboxd::bwrap
