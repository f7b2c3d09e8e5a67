#include "broker/confinement.hpp"

#include "base/quote.hpp"
#include "plan/warden_protocol.hpp"

namespace sandboxd::broker {

namespace {

struct Row {
    std::string_view text;
    std::uint32_t bit;
    bool isServable; // by policy
};

constexpr Row rows[] = {
    {"it is in a user namespace of its own", wire::confinedByUserNamespace, false},
    {"it is in a mount namespace of its own", wire::confinedByMountNamespace, true},
    {"it is in a pid namespace of its own", wire::confinedByPidNamespace, false},
    {"its root directory is not the system's", wire::confinedByRoot, true},
    {"it has no_new_privs", wire::confinedByNoNewPrivileges, true},
    {"it has a seccomp filter", wire::confinedBySeccomp, true},
    {"it has an AppArmor label", wire::confinedByLabel, true},
    {"it is not dumpable or holds a capability", wire::confinedByPrivilege, false},
    {"its ids are not its connection's or changed meanwhile", wire::confinedByChange, false},
};

} // namespace

std::string describeConfinement(const policy::Caller& caller) {
    std::string text;
    for (const Row& row : rows) {
        if ((caller.confinement & row.bit) == 0) {
            continue;
        }
        text += text.empty() ? "" : ", ";
        text += row.text;
        if (row.bit == wire::confinedByLabel) {
            text += " " + quote(caller.label);
        }
    }
    return text;
}

Result<void> checkServable(const policy::Caller& caller) {
    if (!caller.isProven && caller.startTimeTicks > caller.connectedTicks) {
        return Error{ErrorCode::accessDenied, "caller: its process started after its connection was made"};
    }
    for (const Row& row : rows) {
        if (!row.isServable && (caller.confinement & row.bit) != 0) {
            return Error{ErrorCode::callerConfined, "caller: cannot be served: " + describeConfinement(caller)};
        }
    }
    return {};
}

} // namespace sandboxd::broker
