#include "bus/sealed_strings.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sandboxd::bus {
namespace {

Error wrong(ErrorCode code, std::string_view key, const std::string& what) {
    return {code, std::string(key) + ": " + what};
}

// The kernel answers for a memfd only, and without asking a file server: everything else may follow from it.
bool isSealed(int fd) {
    constexpr int all = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
    const int seals = ::fcntl(fd, F_GET_SEALS);
    return seals >= 0 && (seals & all) == all;
}

Result<std::string> readAll(std::string_view key, int fd, std::size_t most) {
    struct stat info {};
    if (::fstat(fd, &info) != 0) {
        return wrong(ErrorCode::badFileDescriptor, key, "cannot be read");
    }
    const auto size = static_cast<std::size_t>(info.st_size);
    if (size > most) {
        return wrong(ErrorCode::limitsExceeded, key,
                     std::to_string(size) + " bytes are more than " + std::to_string(most));
    }
    std::string bytes(size, '\0');
    if (::pread(fd, bytes.data(), size, 0) != static_cast<ssize_t>(size)) {
        return wrong(ErrorCode::badFileDescriptor, key, "cannot be read");
    }
    return bytes;
}

} // namespace

Result<std::vector<std::string>> readSealedStrings(std::string_view key, int fd, std::size_t mostBytes,
                                                   std::size_t mostStrings) {
    if (!isSealed(fd)) {
        return wrong(ErrorCode::badFileDescriptor, key, "not a memfd with all four seals");
    }
    Result<std::string> bytes = readAll(key, fd, mostBytes);
    if (!bytes) {
        return std::move(bytes).error();
    }
    const std::string& text = bytes.value();
    if (!text.empty() && text.back() != '\0') {
        return wrong(ErrorCode::invalidOption, key, "its last string has no NUL");
    }
    std::vector<std::string> strings;
    for (std::size_t at = 0; at < text.size(); at += strings.back().size() + 1) {
        if (strings.size() == mostStrings) {
            return wrong(ErrorCode::limitsExceeded, key, "more than " + std::to_string(mostStrings) + " strings");
        }
        strings.emplace_back(text.c_str() + at);
    }
    return strings;
}

} // namespace sandboxd::bus
