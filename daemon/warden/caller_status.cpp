#include "warden/caller_status.hpp"

#include <cerrno>
#include <cstring>

namespace sandboxd::warden {

namespace {

bool takeFour(const char* field, std::uint32_t (&ids)[4]) noexcept {
    for (std::uint32_t& id : ids) {
        std::int64_t number = 0;
        if (field == nullptr || !takeNumber(field, number) || number < 0 || number > UINT32_MAX) {
            return false;
        }
        id = static_cast<std::uint32_t>(number);
    }
    return true;
}

bool takeGroups(const char* field, ProbeRecord& record) noexcept {
    std::int64_t number = 0;
    while (field != nullptr && takeNumber(field, number)) {
        if (record.groupCount == wire::maxGroups) {
            return false;
        }
        record.groups[record.groupCount++] = static_cast<std::uint32_t>(number);
    }
    return field != nullptr && *field == '\n';
}

bool takeOctal(const char* field, std::uint32_t& value) noexcept {
    if (field == nullptr) {
        return false;
    }
    value = 0;
    for (; *field >= '0' && *field <= '7'; ++field) {
        value = value * 8 + static_cast<std::uint32_t>(*field - '0');
    }
    return *field == '\n' && value <= 0777;
}

bool takeMask(const char* field, std::uint64_t& mask) noexcept {
    static constexpr char digits[] = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};
    mask = 0;
    for (; field != nullptr && *field != '\n'; ++field) {
        const void* digit = std::memchr(digits, *field, sizeof digits);
        if (digit == nullptr) {
            return false;
        }
        mask = mask << 4U | static_cast<std::uint64_t>(static_cast<const char*>(digit) - digits);
    }
    return field != nullptr;
}

bool takeField(const ProcText& text, const char* key, std::int64_t& value) noexcept {
    const char* field = fieldOf(text, key);
    return field != nullptr && takeNumber(field, value);
}

bool isSameLine(const ProcText& one, const ProcText& other, const char* key) noexcept {
    const char* left = fieldOf(one, key);
    const char* right = fieldOf(other, key);
    if (left == nullptr || right == nullptr) {
        return left == right;
    }
    const std::size_t length = std::strcspn(left, "\n");
    return length == std::strcspn(right, "\n") && std::memcmp(left, right, length) == 0;
}

} // namespace

bool readStatus(int processDirectory, CallerStatus& status) noexcept {
    if (!readProc(processDirectory, "status", status.text)) {
        return false;
    }
    errno = EPROTO;
    return takeFour(fieldOf(status.text, "Uid"), status.uids) && takeFour(fieldOf(status.text, "Gid"), status.gids);
}

bool areAll(const std::uint32_t (&ids)[4], std::uint32_t id) noexcept {
    return ids[0] == id && ids[1] == id && ids[2] == id && ids[3] == id;
}

bool takeStatus(const CallerStatus& status, ProbeRecord& record) noexcept {
    std::int64_t noNewPrivileges = 0;
    std::int64_t seccomp = 0;
    record.gid = status.gids[0];
    if (!takeField(status.text, "NoNewPrivs", noNewPrivileges) || !takeField(status.text, "Seccomp", seccomp) ||
        !takeOctal(fieldOf(status.text, "Umask"), record.umask) ||
        !takeMask(fieldOf(status.text, "SigBlk"), record.context.blockedSignals) ||
        !takeMask(fieldOf(status.text, "SigIgn"), record.context.ignoredSignals) ||
        !takeGroups(fieldOf(status.text, "Groups"), record)) {
        return false;
    }
    record.seccompMode = static_cast<std::uint32_t>(seccomp);
    record.confinement |= noNewPrivileges != 0 ? wire::confinedByNoNewPrivileges : 0U;
    record.confinement |= seccomp != 0 ? wire::confinedBySeccomp : 0U;
    return true;
}

bool isSameCredentials(const CallerStatus& before, const CallerStatus& after) noexcept {
    static constexpr const char* keys[] = {"Uid",    "Gid",    "Groups", "CapInh",     "CapPrm",
                                           "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp"};
    for (const char* key : keys) {
        if (!isSameLine(before.text, after.text, key)) {
            return false;
        }
    }
    return true;
}

bool takeStat(int processDirectory, ProbeRecord& record) noexcept {
    ProcText text;
    if (!readProc(processDirectory, "stat", text)) {
        return false;
    }
    // The name of the program, in parentheses, may hold anything: its end is the last parenthesis.
    const char* cursor = std::strrchr(text.bytes, ')');
    errno = EPROTO;
    if (cursor == nullptr || std::strlen(cursor) < 4) {
        return false;
    }
    cursor += 4; // ") S ": field 4 follows
    for (int field = 4; field <= 22; ++field) {
        std::int64_t number = 0;
        if (!takeNumber(cursor, number)) {
            return false;
        }
        if (field == 19) {
            record.nice = static_cast<std::int32_t>(number);
        } else if (field == 22) {
            record.startTimeTicks = static_cast<std::uint64_t>(number);
        }
    }
    return true;
}

} // namespace sandboxd::warden
