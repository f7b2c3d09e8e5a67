#include "message.hpp"

#include <cstring>

namespace sandboxd::bwrap {

std::string messageLine(Severity severity, bool levelPrefix, std::string_view text) {
    const std::string prefix = levelPrefix ? "<" + std::to_string(static_cast<int>(severity)) + ">" : "";
    return prefix + "bwrap: " + std::string(text) + "\n";
}

std::string withErrno(std::string_view text, int errorNumber) {
    const char* reason = strerrordesc_np(errorNumber);
    return std::string(text) + ": " + (reason != nullptr ? reason : "Unknown error");
}

} // namespace sandboxd::bwrap
