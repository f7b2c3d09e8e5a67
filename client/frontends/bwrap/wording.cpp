#include "wording.hpp"

#include "message.hpp"
#include "operation_wording.hpp"

#include <cerrno>
#include <charconv>

namespace sandboxd::bwrap {
namespace {

using client::Error;
using client::ErrorKind;

// Steps of the set-up as the daemon's messages have them.
constexpr std::string_view enterDirectory = "cannot enter the working directory";

// Bubblewrap's own words already.
constexpr std::string_view assertion = "was not disabled as requested";

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

std::string originWords(const Error& error, const Attempt& attempt, std::size_t origin) {
    const Command& command = attempt.command;
    if (origin < command.operations.size()) {
        return operationWords(error, attempt, origin);
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
    constexpr std::string_view reason = "cannot use it: ";
    const std::size_t start = error.message.find(reason);
    return "Can't read seccomp data: " +
           (start == std::string::npos ? error.message : error.message.substr(start + reason.size()));
}

std::string userNamespaceWords(const Error& error) {
    if (error.errorNumber == EINVAL) {
        return "Joining the specified user namespace failed, it might not be a descendant of the current user "
               "namespace.";
    }
    return withErrno("Joining specified user namespace failed", error.errorNumber);
}

// Only inside of what --userns names ids are changed to what is asked for.
std::string idWords(const Error& error, const Command& command) {
    const std::string wanted =
        command.uid ? "uid " + std::to_string(*command.uid) : "gid " + std::to_string(command.gid.value_or(0));
    return withErrno("unable to switch to " + wanted, error.errorNumber);
}

std::optional<std::string> broughtWords(const Error& error, const Command& command) {
    if (says(error, "cannot enter the given user namespace")) {
        return userNamespaceWords(error);
    }
    if (says(error, "cannot change to the second user namespace")) {
        return withErrno("Setting userns2 failed", error.errorNumber);
    }
    if (says(error, "cannot enter the given pid namespace")) {
        return withErrno("Setting pidns failed", error.errorNumber);
    }
    if (command.descriptors.userns && says(error, "cannot change the ids")) {
        return idWords(error, command);
    }
    return std::nullopt;
}

std::string setupWords(const Error& error, const Command& command) {
    if (std::optional<std::string> brought = broughtWords(error, command)) {
        return *std::move(brought);
    }
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
    if (says(error, assertion)) {
        return error.message;
    }
    const std::optional<std::size_t> mount = mountIn(error);
    const bool isAboutMount = error.errorNumber != 0 || isAboutQueues(error);
    if (mount && *mount < attempt.origins.size() && attempt.origins[*mount] && isAboutMount) {
        return originWords(error, attempt, *attempt.origins[*mount]);
    }
    if (error.kind == ErrorKind::setupFailed) {
        return setupWords(error, attempt.command);
    }
    if (error.kind == ErrorKind::refused) {
        return "No permissions to create a new namespace: " + error.message;
    }
    return "Creating new namespace failed: " + error.message;
}

} // namespace sandboxd::bwrap
