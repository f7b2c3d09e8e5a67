#include "numbers.hpp"

#include <cerrno>
#include <climits>
#include <cstdlib>

namespace sandboxd::bwrap {
namespace {

bool isWhole(const std::string& text, const char* end) {
    return !text.empty() && end == text.c_str() + text.size();
}

} // namespace

std::optional<int> readNumber(const std::string& text) {
    char* end = nullptr;
    const long value = std::strtol(text.c_str(), &end, 10);
    if (!isWhole(text, end) || value < 0 || value > INT_MAX) {
        return std::nullopt;
    }
    return static_cast<int>(value);
}

std::optional<std::uint32_t> readMode(const std::string& text) {
    char* end = nullptr;
    const unsigned long value = std::strtoul(text.c_str(), &end, 8);
    if (!isWhole(text, end) || value > 07777) {
        return std::nullopt;
    }
    return static_cast<std::uint32_t>(value);
}

std::optional<std::uint64_t> readSize(const std::string& text) {
    char* end = nullptr;
    errno = 0;
    const unsigned long long value = std::strtoull(text.c_str(), &end, 0);
    const bool digit = !text.empty() && text.front() >= '0' && text.front() <= '9';
    if (errno != 0 || !digit || !isWhole(text, end) || value == 0) {
        return std::nullopt;
    }
    return value;
}

} // namespace sandboxd::bwrap
