#include "print.hpp"

#include "exit_status.hpp"

#include <algorithm>
#include <unistd.h>

namespace sandboxd::ctl {
namespace {

constexpr std::string_view hexDigits = "0123456789abcdef";

bool isPlain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("@%+=:,./_-").find(c) != std::string_view::npos;
}

} // namespace

std::string printable(std::string_view text) {
    std::string safe;
    safe.reserve(text.size());
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '\\') {
            safe += "\\\\";
        } else if (byte >= 0x20 && byte < 0x7f) {
            safe += c;
        } else {
            safe += {'\\', 'x', hexDigits[byte >> 4U], hexDigits[byte & 0xfU]};
        }
    }
    return safe;
}

std::string shellWord(std::string_view text) {
    if (!text.empty() && std::all_of(text.begin(), text.end(), isPlain)) {
        return std::string(text);
    }
    std::string quoted = "'";
    for (const char c : text) {
        quoted += c == '\'' ? std::string("'\\''") : printable({&c, 1});
    }
    return quoted + "'";
}

void say(std::string_view message) {
    std::string line = "sandboxctl: ";
    line += message;
    line += '\n';
    // One write, so that lines of several processes do not mix; there is nobody to tell if it fails.
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

int sayError(std::string_view attempt, const client::Error& error) {
    say(std::string(attempt) + ": " + printable(error.message.empty() ? error.name : error.message));
    return exitStatusOf(error);
}

} // namespace sandboxd::ctl
