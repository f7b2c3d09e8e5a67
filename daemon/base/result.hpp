// What the broker's request path returns: a value, or one Error. Never thrown; the spawner and the warden do not use
// it.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace sandboxd {

// The closed list of errors that a client can meet; bus/error_names gives each its D-Bus name.
enum class ErrorCode {
    // the caller's mistake
    invalidArgs,
    unknownOption,
    duplicateOption,
    invalidOption,
    conflictingOptions,
    notSupported,
    featureMissing,
    noSuchProfile,
    badFileDescriptor,
    noSuchSandbox,
    notRunning,
    execFailed,
    // refused
    accessDenied,
    interactiveAuthorizationRequired,
    authenticationDismissed,
    callerConfined,
    // over a limit
    limitsExceeded,
    rateLimited,
    busy,
    // our environment
    authorityUnavailable,
    setupFailed,
    shuttingDown,
};

struct [[nodiscard]] Error {
    ErrorCode code;
    // Begins with the key or the stage; lower case, no full stop; text from callers is quoted (base/quote.hpp).
    std::string message;
};

template <typename T> class [[nodiscard]] Result {
public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

    [[nodiscard]] bool ok() const noexcept { return state_.index() == 0; }
    explicit operator bool() const noexcept { return ok(); }

    // Calling value() of an error, or error() of a value, is a broken invariant and aborts (noexcept stops the throw).
    [[nodiscard]] T& value() & noexcept { return std::get<0>(state_); }
    [[nodiscard]] const T& value() const& noexcept { return std::get<0>(state_); }
    [[nodiscard]] T&& value() && noexcept { return std::get<0>(std::move(state_)); }
    [[nodiscard]] const Error& error() const& noexcept { return std::get<1>(state_); }
    [[nodiscard]] Error&& error() && noexcept { return std::get<1>(std::move(state_)); }

private:
    std::variant<T, Error> state_;
};

// A step that gives no value: it worked, or one Error.
template <> class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Error error) : error_(std::move(error)) {}

    [[nodiscard]] bool ok() const noexcept { return !error_.has_value(); }
    explicit operator bool() const noexcept { return ok(); }
    [[nodiscard]] const Error& error() const& noexcept { return error_.value(); }
    [[nodiscard]] Error&& error() && noexcept { return std::move(error_).value(); }

private:
    std::optional<Error> error_;
};

} // namespace sandboxd
