// Paths that exist only if they are valid.
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace sandboxd::spec {

// Absolute, at most 4,095 bytes, no NUL, no ".." component. Not looked up: no system call is made.
class AbsolutePath {
public:
    // `key` names the option in the error (InvalidOption).
    static Result<AbsolutePath> parse(std::string_view key, std::string_view text);

    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    friend bool operator==(const AbsolutePath&, const AbsolutePath&) = default;

private:
    explicit AbsolutePath(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

// A path in the caller's view: absolute or relative to the caller's working directory; not empty, at most 4,095 bytes,
// no NUL. It may hold "..": it is resolved with the caller's rights, wherever it leads.
class CallerPath {
public:
    static Result<CallerPath> parse(std::string_view key, std::string_view text);

    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    friend bool operator==(const CallerPath&, const CallerPath&) = default;

private:
    explicit CallerPath(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

} // namespace sandboxd::spec
