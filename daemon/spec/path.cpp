#include "spec/path.hpp"

#include "base/quote.hpp"

namespace sandboxd::spec {
namespace {

constexpr std::size_t maxPathBytes = 4095; // PATH_MAX less its NUL

Error invalid(std::string_view key, std::string_view text, std::string_view why) {
    return Error{ErrorCode::invalidOption, std::string(key) + ": " + quote(text) + " " + std::string(why)};
}

bool hasParentComponent(std::string_view path) {
    while (!path.empty()) {
        const std::size_t slash = path.find('/');
        if (path.substr(0, slash) == "..") {
            return true;
        }
        path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
    }
    return false;
}

// What both kinds of path demand.
Result<void> checkBytes(std::string_view key, std::string_view text) {
    if (text.empty()) {
        return invalid(key, text, "is empty");
    }
    if (text.size() > maxPathBytes) {
        return invalid(key, text, "is longer than 4095 bytes");
    }
    if (text.find('\0') != std::string_view::npos) {
        return invalid(key, text, "holds a NUL");
    }
    return {};
}

} // namespace

Result<AbsolutePath> AbsolutePath::parse(std::string_view key, std::string_view text) {
    if (Result<void> bytes = checkBytes(key, text); !bytes) {
        return std::move(bytes).error();
    }
    if (text.front() != '/') {
        return invalid(key, text, "is not absolute");
    }
    if (hasParentComponent(text)) {
        return invalid(key, text, "holds a \"..\"");
    }
    return AbsolutePath(std::string(text));
}

Result<CallerPath> CallerPath::parse(std::string_view key, std::string_view text) {
    if (Result<void> bytes = checkBytes(key, text); !bytes) {
        return std::move(bytes).error();
    }
    return CallerPath(std::string(text));
}

} // namespace sandboxd::spec
