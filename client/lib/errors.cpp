#include "errors.hpp"

#include <array>
#include <cerrno>
#include <cstring>

namespace sandboxd::client {
namespace {

struct Row {
    std::string_view name;
    ErrorKind kind;
};

// What is not listed is `other`: a newer daemon may know more names.
constexpr std::array rows{
    Row{"org.freedesktop.DBus.Error.InvalidArgs", ErrorKind::invalidRequest},
    Row{"org.freedesktop.DBus.Error.NotSupported", ErrorKind::invalidRequest},
    Row{"org.freedesktop.DBus.Error.AccessDenied", ErrorKind::refused},
    Row{"org.freedesktop.DBus.Error.InteractiveAuthorizationRequired", ErrorKind::refused},
    Row{"org.freedesktop.DBus.Error.LimitsExceeded", ErrorKind::limitExceeded},
    Row{"org.freedesktop.DBus.Error.ServiceUnknown", ErrorKind::unavailable},
    Row{"org.freedesktop.DBus.Error.NameHasNoOwner", ErrorKind::unavailable},
    Row{"org.freedesktop.DBus.Error.NoReply", ErrorKind::unavailable},
    Row{"org.freedesktop.DBus.Error.Disconnected", ErrorKind::unavailable},
    Row{"org.freedesktop.DBus.Error.NoServer", ErrorKind::unavailable},
    Row{"org.freedesktop.DBus.Error.FileNotFound", ErrorKind::unavailable},
    Row{"org.freedesktop.DBus.Error.Timeout", ErrorKind::unavailable},
    Row{"org.sandboxd1.Error.UnknownOption", ErrorKind::invalidRequest},
    Row{"org.sandboxd1.Error.DuplicateOption", ErrorKind::invalidRequest},
    Row{"org.sandboxd1.Error.InvalidOption", ErrorKind::invalidRequest},
    Row{"org.sandboxd1.Error.ConflictingOptions", ErrorKind::invalidRequest},
    Row{"org.sandboxd1.Error.NoSuchProfile", ErrorKind::invalidRequest},
    Row{"org.sandboxd1.Error.FeatureMissing", ErrorKind::invalidRequest},
    Row{"org.sandboxd1.Error.BadFileDescriptor", ErrorKind::invalidRequest},
    Row{"org.sandboxd1.Error.AuthenticationDismissed", ErrorKind::refused},
    Row{"org.sandboxd1.Error.CallerConfined", ErrorKind::refused},
    Row{"org.sandboxd1.Error.RateLimited", ErrorKind::limitExceeded},
    Row{"org.sandboxd1.Error.Busy", ErrorKind::limitExceeded},
    Row{"org.sandboxd1.Error.ExecFailed", ErrorKind::execFailed},
    Row{"org.sandboxd1.Error.SetupFailed", ErrorKind::setupFailed},
    Row{"org.sandboxd1.Error.NoSuchSandbox", ErrorKind::notFound},
    Row{"org.sandboxd1.Error.NotRunning", ErrorKind::notFound},
    Row{"org.sandboxd1.Error.AuthorityUnavailable", ErrorKind::unavailable},
    Row{"org.sandboxd1.Error.ShuttingDown", ErrorKind::unavailable},
};

// Beyond the highest errno of any Linux architecture but for a few of MIPS.
constexpr int lastErrorNumber = 133;

} // namespace

ErrorKind kindOf(std::string_view dbusName) noexcept {
    for (const Row& row : rows) {
        if (row.name == dbusName) {
            return row.kind;
        }
    }
    return ErrorKind::other;
}

int errorNumberIn(std::string_view message) noexcept {
    for (int number = 1; number <= lastErrorNumber; ++number) {
        const char* text = strerrordesc_np(number);
        if (text != nullptr && message.ends_with(text)) {
            return number;
        }
    }
    return 0;
}

Error errorFromReply(std::string name, std::string message) {
    const ErrorKind kind = kindOf(name);
    const bool numbered = kind == ErrorKind::execFailed || kind == ErrorKind::setupFailed;
    const int number = numbered ? errorNumberIn(message) : 0;
    return {kind, std::move(name), std::move(message), number};
}

Error localError(ErrorKind kind, std::string message) {
    return {kind, "", std::move(message), 0};
}

Error systemError(ErrorKind kind, const std::string& message, int errorNumber) {
    const char* text = strerrordesc_np(errorNumber);
    return {kind, "", message + ": " + (text != nullptr ? text : "unknown error"), errorNumber};
}

Error outOfMemory() {
    return systemError(ErrorKind::other, "cannot build the message", ENOMEM);
}

} // namespace sandboxd::client
