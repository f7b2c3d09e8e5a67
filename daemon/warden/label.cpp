#include "warden/label.hpp"

#include "warden/proc_text.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

namespace sandboxd::warden {

namespace {

constexpr long getSelfAttr = 459; // lsm_get_self_attr(2), Linux 6.8
constexpr long setSelfAttr = 460;
constexpr unsigned attrCurrent = 100; // linux/lsm.h
constexpr std::uint64_t idAppArmor = 104;

struct Context { // struct lsm_ctx
    std::uint64_t id;
    std::uint64_t flags;
    std::uint64_t size;
    std::uint64_t textSize;
    char text[labelCapacity];
};
constexpr std::size_t contextHead = offsetof(Context, text);

bool copyLine(const char* from, std::size_t size, char* out, std::size_t capacity) noexcept {
    std::size_t length = 0;
    while (length < size && from[length] != '\n' && from[length] != '\0') {
        ++length;
    }
    if (length >= capacity) {
        errno = E2BIG;
        return false;
    }
    std::memcpy(out, from, length);
    out[length] = '\0';
    return true;
}

bool readLabelFile(int directory, const char* name, char* out, std::size_t capacity) noexcept {
    ProcText text;
    return readProc(directory, name, text) && copyLine(text.bytes, text.size, out, capacity);
}

bool setByFile(int proc, const char* command) noexcept {
    return writeProc(proc, "thread-self/attr/apparmor/current", command);
}

bool setBySystemCall(Context& context) noexcept {
    context.id = idAppArmor;
    context.textSize = std::strlen(context.text) + 1;
    context.size = (contextHead + context.textSize + 7) & ~std::size_t{7};
    return ::syscall(setSelfAttr, attrCurrent, &context, context.size, 0) == 0;
}

// The mode stands behind the last " (": names may hold spaces.
const char* modeOf(const char* printed) noexcept {
    const char* mode = nullptr;
    for (const char* at = std::strstr(printed, " ("); at != nullptr; at = std::strstr(at + 1, " (")) {
        mode = at;
    }
    return mode;
}

bool hasComponent(const char* list, std::size_t size, const char* name, std::size_t nameSize) noexcept {
    for (std::size_t at = 0; at <= size;) {
        std::size_t end = at;
        while (end < size && std::strncmp(list + end, "//&", 3) != 0) {
            ++end;
        }
        if (end - at == nameSize && std::memcmp(list + at, name, nameSize) == 0) {
            return true;
        }
        at = end + 3;
    }
    return false;
}

bool isSubset(const char* some, std::size_t size, const char* all, std::size_t allSize) noexcept {
    for (std::size_t at = 0; at <= size;) {
        std::size_t end = at;
        while (end < size && std::strncmp(some + end, "//&", 3) != 0) {
            ++end;
        }
        if (!hasComponent(all, allSize, some + at, end - at)) {
            return false;
        }
        at = end + 3;
    }
    return true;
}

} // namespace

bool readOwnLabel(int proc, char* out, std::size_t capacity) noexcept {
    alignas(8) char buffer[2048];
    std::uint32_t size = sizeof buffer;
    long count = ::syscall(getSelfAttr, attrCurrent, buffer, &size, 0);
    if (count < 0) {
        return errno == ENOSYS && readLabelFile(proc, "thread-self/attr/apparmor/current", out, capacity);
    }
    for (const char* at = buffer; count > 0 && at + contextHead <= buffer + size; --count) {
        std::uint64_t head[4]; // id, flags, size, textSize
        std::memcpy(head, at, sizeof head);
        if (head[0] == idAppArmor) {
            return copyLine(at + contextHead, head[3], out, capacity);
        }
        at += head[2];
    }
    errno = ENODATA;
    return false;
}

bool readLabelOf(int processDirectory, char* out, std::size_t capacity) noexcept {
    return readLabelFile(processDirectory, "attr/apparmor/current", out, capacity) ||
           (errno == ENOENT && readLabelFile(processDirectory, "attr/current", out, capacity));
}

bool isLabelEnforced(const char* printed, const char* wanted) noexcept {
    const char* mode = modeOf(printed);
    if (mode == nullptr || std::strcmp(mode, " (enforce)") != 0) {
        return false;
    }
    const auto size = static_cast<std::size_t>(mode - printed);
    const std::size_t wantedSize = std::strlen(wanted);
    return isSubset(printed, size, wanted, wantedSize) && isSubset(wanted, wantedSize, printed, size);
}

bool isLabelConfined(const char* printed) noexcept {
    const char* mode = modeOf(printed);
    return mode != nullptr && std::strcmp(mode, " (complain)") != 0 && std::strcmp(mode, " (unconfined)") != 0;
}

namespace {

bool hasLabel(int proc, const char* label) noexcept {
    char printed[labelCapacity];
    if (!readOwnLabel(proc, printed, sizeof printed)) {
        return false;
    }
    errno = EACCES;
    return isLabelEnforced(printed, label);
}

} // namespace

bool changeLabel(int proc, const char* label) noexcept {
    constexpr const char* verb = "changeprofile ";
    Context context{};
    const std::size_t verbSize = std::strlen(verb);
    const std::size_t labelSize = std::strlen(label) + 1;
    if (verbSize + labelSize > sizeof context.text) {
        errno = E2BIG;
        return false;
    }
    std::memcpy(context.text, verb, verbSize);
    std::memcpy(context.text + verbSize, label, labelSize);
    const bool changed = setBySystemCall(context) || (errno == ENOSYS && setByFile(proc, context.text));
    return changed && hasLabel(proc, label);
}

} // namespace sandboxd::warden
