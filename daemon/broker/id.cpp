#include "broker/id.hpp"

#include <sys/random.h>

#include <array>
#include <cstdint>

namespace sandboxd::broker {

std::optional<std::string> makeId() {
    constexpr std::string_view digits = "abcdefghijklmnopqrstuvwxyz234567"; // RFC 4648, lower case: no 0, 1, 8, 9
    constexpr unsigned bitsPerDigit = 5;
    std::array<std::uint8_t, 16> random{};
    if (::getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) {
        return std::nullopt;
    }
    std::string id;
    unsigned held = 0;
    unsigned bits = 0;
    for (const std::uint8_t byte : random) {
        held = (held << 8U) | byte;
        for (bits += 8; bits >= bitsPerDigit; bits -= bitsPerDigit) {
            id += digits[(held >> (bits - bitsPerDigit)) & 31U];
        }
        held &= (1U << bits) - 1;
    }
    id += digits[(held << (bitsPerDigit - bits)) & 31U];
    return id;
}

} // namespace sandboxd::broker
