#include "warden/proc_text.hpp"

#include "base/unique_fd.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace sandboxd::warden {

bool readProc(int directory, const char* name, ProcText& text) noexcept {
    text.size = 0;
    text.bytes[0] = '\0';
    const UniqueFd file(::openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file) {
        return false;
    }
    while (text.size < sizeof text.bytes) {
        const ssize_t got = ::read(file.get(), text.bytes + text.size, sizeof text.bytes - text.size);
        if (got < 0) {
            return false;
        }
        if (got == 0) {
            text.bytes[text.size] = '\0';
            return true;
        }
        text.size += static_cast<std::size_t>(got);
    }
    errno = E2BIG;
    return false;
}

bool writeProc(int directory, const char* name, const char* data) noexcept {
    const UniqueFd file(::openat(directory, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
    const std::size_t size = std::strlen(data);
    return file && ::write(file.get(), data, size) == static_cast<ssize_t>(size);
}

const char* fieldOf(const ProcText& text, const char* key) noexcept {
    const std::size_t length = std::strlen(key);
    for (const char* line = text.bytes; line != nullptr && *line != '\0';) {
        if (std::strncmp(line, key, length) == 0 && line[length] == ':') {
            const char* value = line + length + 1;
            return value + std::strspn(value, " \t");
        }
        line = std::strchr(line, '\n');
        line = line == nullptr ? nullptr : line + 1;
    }
    return nullptr;
}

bool takeNumber(const char*& cursor, std::int64_t& value) noexcept {
    const char* at = cursor;
    const bool negative = *at == '-';
    at += negative ? 1 : 0;
    if (*at < '0' || *at > '9') {
        return false;
    }
    std::int64_t sum = 0;
    for (; *at >= '0' && *at <= '9'; ++at) {
        if (sum > (INT64_MAX - 9) / 10) {
            return false;
        }
        sum = sum * 10 + (*at - '0');
    }
    value = negative ? -sum : sum;
    cursor = at + std::strspn(at, " \t");
    return true;
}

char* putNumber(char* out, std::uint64_t value) noexcept {
    char digits[20];
    std::size_t count = 0;
    do {
        digits[count++] = static_cast<char>('0' + value % 10);
        value /= 10;
    } while (value != 0);
    while (count > 0) {
        *out++ = digits[--count];
    }
    *out = '\0';
    return out;
}

ProcPath::ProcPath(std::int32_t pid, const char* name) noexcept {
    char* end = putNumber(bytes, static_cast<std::uint64_t>(pid));
    *end++ = '/';
    const std::size_t room = sizeof bytes - static_cast<std::size_t>(end - bytes) - 1;
    std::strncpy(end, name, room);
    end[room] = '\0';
}

IdMapLine::IdMapLine(std::uint32_t inside, std::uint32_t outside) noexcept {
    char* end = putNumber(bytes, inside);
    *end++ = ' ';
    end = putNumber(end, outside);
    *end++ = ' ';
    *end++ = '1';
    *end = '\0';
}

FdPath::FdPath(int fd) noexcept {
    constexpr char prefix[] = "self/fd/";
    std::memcpy(bytes, prefix, sizeof prefix);
    putNumber(bytes + sizeof prefix - 1, static_cast<std::uint64_t>(fd < 0 ? 0 : fd));
}

} // namespace sandboxd::warden
