#include "signal_name.hpp"

#include <cctype>
#include <charconv>
#include <csignal>
#include <cstring>
#include <string>

namespace sandboxd::ctl {
namespace {

std::optional<int> parseNumber(std::string_view text) {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    return whole && number > 0 && number <= SIGRTMAX ? std::optional(number) : std::nullopt;
}

} // namespace

std::optional<int> parseSignal(std::string_view text) {
    if (const std::optional<int> number = parseNumber(text)) {
        return number;
    }
    std::string name;
    for (const char c : text) {
        name += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
    if (name.starts_with("SIG")) {
        name.erase(0, 3);
    }
    for (int number = 1; number < NSIG; ++number) {
        const char* abbreviation = sigabbrev_np(number);
        if (abbreviation != nullptr && name == abbreviation) {
            return number;
        }
    }
    return std::nullopt;
}

} // namespace sandboxd::ctl
