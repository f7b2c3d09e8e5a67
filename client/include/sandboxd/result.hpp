// What every call of the client library returns: a value, or one Error. Nothing in this API is thrown on purpose;
// only std::bad_alloc can pass.
#pragma once

#include <cassert>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace sandboxd::client {

// Who has to act on an error.
enum class ErrorKind {
    invalidRequest, // the caller: the request is not well-formed, or asks for what this daemon cannot do
    refused,        // polkit's answer, or a caller that may not ask at all
    limitExceeded,  // try again later, or with less
    execFailed,     // the sandbox stood, its command could not be executed: see errorNumber
    setupFailed,    // the sandbox could not be built
    notFound,       // no such sandbox, or it has ended
    unavailable,    // no bus, no daemon, no answer
    cancelled,      // CallOptions::cancelFd became readable
    other,
};

struct [[nodiscard]] Error {
    ErrorKind kind = ErrorKind::other;
    std::string name;    // D-Bus error name; "" if the library found it without asking the daemon
    std::string message; // begins with the key or the stage; one line
    int errorNumber = 0; // errno(3) of execFailed, setupFailed and of what failed here; 0 = unknown
};

template <typename T> class [[nodiscard]] Result {
public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

    [[nodiscard]] bool ok() const noexcept { return state_.index() == 0; }
    explicit operator bool() const noexcept { return ok(); }

    // value() of an error and error() of a value are mistakes of the program.
    [[nodiscard]] T& value() & noexcept { return *checked(std::get_if<0>(&state_)); }
    [[nodiscard]] const T& value() const& noexcept { return *checked(std::get_if<0>(&state_)); }
    [[nodiscard]] T&& value() && noexcept { return std::move(*checked(std::get_if<0>(&state_))); }
    [[nodiscard]] const Error& error() const& noexcept { return *checked(std::get_if<1>(&state_)); }
    [[nodiscard]] Error&& error() && noexcept { return std::move(*checked(std::get_if<1>(&state_))); }

private:
    template <typename P> static P* checked(P* pointer) noexcept {
        assert(pointer != nullptr);
        return pointer;
    }

    std::variant<T, Error> state_;
};

template <> class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Error error) : error_(std::move(error)) {}

    [[nodiscard]] bool ok() const noexcept { return !error_.has_value(); }
    explicit operator bool() const noexcept { return ok(); }
    [[nodiscard]] const Error& error() const& noexcept { return *error_; }
    [[nodiscard]] Error&& error() && noexcept { return *std::move(error_); }

private:
    std::optional<Error> error_;
};

} // namespace sandboxd::client
