#include "base/quote.hpp"

namespace sandboxd {
namespace {

// Only printable ASCII passes: anything else could forge a log line, move a terminal's cursor or read differently than
// it looks.
void appendEscaped(std::string& out, unsigned char byte) {
    static constexpr std::string_view digits = "0123456789abcdef";
    if (byte == '"' || byte == '\\') {
        out += '\\';
        out += static_cast<char>(byte);
    } else if (byte >= 0x20 && byte < 0x7f) {
        out += static_cast<char>(byte);
    } else {
        out += "\\x";
        out += digits[byte >> 4U];
        out += digits[byte & 0xfU];
    }
}

std::string escape(std::string_view text, std::size_t limit) {
    std::string out;
    for (const char character : text.substr(0, limit)) {
        appendEscaped(out, static_cast<unsigned char>(character));
    }
    return out;
}

std::string_view ellipsis(std::string_view text, std::size_t limit) {
    return text.size() > limit ? "..." : "";
}

} // namespace

std::string quote(std::string_view text, std::size_t limit) {
    std::string out = "\"" + escape(text, limit) + "\"";
    out += ellipsis(text, limit);
    return out;
}

std::string sanitise(std::string_view text, std::size_t limit) {
    std::string out = escape(text, limit);
    out += ellipsis(text, limit);
    return out;
}

} // namespace sandboxd
