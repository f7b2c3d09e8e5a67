#include "bus/leader_pid.hpp"

#include "base/unique_fd.hpp"

#include <fcntl.h>

#include <array>
#include <charconv>
#include <string>
#include <string_view>

namespace sandboxd::bus {

std::optional<std::int32_t> pidOf(int pidfd) {
    const std::string path = "/proc/self/fdinfo/" + std::to_string(pidfd);
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    std::array<char, 1024> buffer{};
    const ssize_t size = file ? ::read(file.get(), buffer.data(), buffer.size()) : -1;
    if (size <= 0) {
        return std::nullopt;
    }
    const std::string_view text(buffer.data(), static_cast<std::size_t>(size));
    constexpr std::string_view key = "\nPid:\t";
    const std::size_t position = text.find(key);
    std::int32_t pid = -1;
    if (position == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view number = text.substr(position + key.size());
    std::from_chars(number.data(), number.data() + number.size(), pid);
    return pid > 0 ? std::optional(pid) : std::nullopt; // -1: reaped; 0: not in our pid namespace
}

} // namespace sandboxd::bus
