#include "spec/capability.hpp"

#include "base/quote.hpp"

#include <algorithm>
#include <array>

namespace sandboxd::spec {
namespace {

// By their numbers, linux/capability.h.
constexpr std::array<std::string_view, 41> names{
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_DAC_READ_SEARCH",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_KILL",
    "CAP_SETGID",
    "CAP_SETUID",
    "CAP_SETPCAP",
    "CAP_LINUX_IMMUTABLE",
    "CAP_NET_BIND_SERVICE",
    "CAP_NET_BROADCAST",
    "CAP_NET_ADMIN",
    "CAP_NET_RAW",
    "CAP_IPC_LOCK",
    "CAP_IPC_OWNER",
    "CAP_SYS_MODULE",
    "CAP_SYS_RAWIO",
    "CAP_SYS_CHROOT",
    "CAP_SYS_PTRACE",
    "CAP_SYS_PACCT",
    "CAP_SYS_ADMIN",
    "CAP_SYS_BOOT",
    "CAP_SYS_NICE",
    "CAP_SYS_RESOURCE",
    "CAP_SYS_TIME",
    "CAP_SYS_TTY_CONFIG",
    "CAP_MKNOD",
    "CAP_LEASE",
    "CAP_AUDIT_WRITE",
    "CAP_AUDIT_CONTROL",
    "CAP_SETFCAP",
    "CAP_MAC_OVERRIDE",
    "CAP_MAC_ADMIN",
    "CAP_SYSLOG",
    "CAP_WAKE_ALARM",
    "CAP_BLOCK_SUSPEND",
    "CAP_AUDIT_READ",
    "CAP_PERFMON",
    "CAP_BPF",
    "CAP_CHECKPOINT_RESTORE",
};
static_assert(allCapabilities == (CapabilitySet{1} << names.size()) - 1);

CapabilitySet bitOf(std::size_t number) {
    return CapabilitySet{1} << number;
}

Error invalid(const std::string& why) {
    return Error{ErrorCode::invalidOption, "capabilities: " + why};
}

} // namespace

std::span<const std::string_view> capabilityNames() noexcept {
    return names;
}

Result<CapabilitySet> parseCapabilities(const std::vector<std::string>& texts) {
    CapabilitySet set = 0;
    for (const std::string& text : texts) {
        const auto* const name = std::find(names.begin(), names.end(), text);
        if (name == names.end()) {
            return invalid(quote(text) + " is no capability");
        }
        const CapabilitySet bit = bitOf(static_cast<std::size_t>(name - names.begin()));
        if ((set & bit) != 0) {
            return invalid(quote(text) + " is given twice");
        }
        set |= bit;
    }
    return set;
}

std::string describeCapabilities(CapabilitySet set) {
    if (set == allCapabilities) {
        return "all";
    }
    std::string text;
    for (std::size_t number = 0; number < names.size(); ++number) {
        if ((set & bitOf(number)) != 0) {
            text += text.empty() ? "" : " ";
            text += names.at(number);
        }
    }
    return text.empty() ? "none" : text;
}

} // namespace sandboxd::spec
