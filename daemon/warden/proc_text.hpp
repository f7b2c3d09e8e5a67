// Small files of /proc, read whole into a fixed buffer and picked apart. Never follows anything but the given names.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sandboxd::warden {

// A NUL-terminated copy of one small file.
struct ProcText {
    char bytes[16384]; // a status file with 1,024 supplementary groups fits
    std::size_t size = 0;
};

// False with errno; E2BIG if the file is larger than the buffer.
bool readProc(int directory, const char* name, ProcText& text) noexcept;

// True if the whole of `data` was written to the file.
bool writeProc(int directory, const char* name, const char* data) noexcept;

// What follows "Key:" and blanks in a line of a status or fdinfo file; nullptr if there is no such line.
const char* fieldOf(const ProcText& text, const char* key) noexcept;

// The decimal number at `cursor`, which is moved behind it over blanks but not over the end of the line. False: no
// number there, or it does not fit.
bool takeNumber(const char*& cursor, std::int64_t& value) noexcept;

// Writes `value` in decimal at `out` (21 bytes at least), NUL-terminated; returns the end.
char* putNumber(char* out, std::uint64_t value) noexcept;

// "PID/name" as a path below /proc.
struct ProcPath {
    ProcPath(std::int32_t pid, const char* name) noexcept;
    char bytes[64];
};

// "INSIDE OUTSIDE 1" as a user namespace's map: this one id, nothing else.
struct IdMapLine {
    IdMapLine(std::uint32_t inside, std::uint32_t outside) noexcept;
    char bytes[64];
};

// "self/fd/N" as a path below /proc: what this process has open, whatever names lead to it.
struct FdPath {
    explicit FdPath(int fd) noexcept;
    char bytes[32];
};

} // namespace sandboxd::warden
