#include "bus/error_names.hpp"

namespace sandboxd::bus {

// Standard names where tools know them; no default: a new code makes the compiler ask for its name.
std::string_view nameOf(ErrorCode code) noexcept {
    switch (code) {
    case ErrorCode::invalidArgs:
        return "org.freedesktop.DBus.Error.InvalidArgs";
    case ErrorCode::unknownOption:
        return "org.sandboxd1.Error.UnknownOption";
    case ErrorCode::duplicateOption:
        return "org.sandboxd1.Error.DuplicateOption";
    case ErrorCode::invalidOption:
        return "org.sandboxd1.Error.InvalidOption";
    case ErrorCode::conflictingOptions:
        return "org.sandboxd1.Error.ConflictingOptions";
    case ErrorCode::notSupported:
        return "org.freedesktop.DBus.Error.NotSupported";
    case ErrorCode::featureMissing:
        return "org.sandboxd1.Error.FeatureMissing";
    case ErrorCode::noSuchProfile:
        return "org.sandboxd1.Error.NoSuchProfile";
    case ErrorCode::badFileDescriptor:
        return "org.sandboxd1.Error.BadFileDescriptor";
    case ErrorCode::noSuchSandbox:
        return "org.sandboxd1.Error.NoSuchSandbox";
    case ErrorCode::notRunning:
        return "org.sandboxd1.Error.NotRunning";
    case ErrorCode::execFailed:
        return "org.sandboxd1.Error.ExecFailed";
    case ErrorCode::accessDenied:
        return "org.freedesktop.DBus.Error.AccessDenied";
    case ErrorCode::interactiveAuthorizationRequired:
        return "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired";
    case ErrorCode::authenticationDismissed:
        return "org.sandboxd1.Error.AuthenticationDismissed";
    case ErrorCode::callerConfined:
        return "org.sandboxd1.Error.CallerConfined";
    case ErrorCode::limitsExceeded:
        return "org.freedesktop.DBus.Error.LimitsExceeded";
    case ErrorCode::rateLimited:
        return "org.sandboxd1.Error.RateLimited";
    case ErrorCode::busy:
        return "org.sandboxd1.Error.Busy";
    case ErrorCode::authorityUnavailable:
        return "org.sandboxd1.Error.AuthorityUnavailable";
    case ErrorCode::setupFailed:
        return "org.sandboxd1.Error.SetupFailed";
    case ErrorCode::shuttingDown:
        return "org.sandboxd1.Error.ShuttingDown";
    }
    return "org.freedesktop.DBus.Error.Failed";
}

} // namespace sandboxd::bus
