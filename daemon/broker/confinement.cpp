#include "broker/confinement.hpp"

#include "base/quote.hpp"
#include "plan/warden_protocol.hpp"

namespace sandboxd::broker {

namespace {

struct Row {
    std::uint32_t bit;
    std::string_view text;
    bool isServable; // by policy
};

constexpr Row rows[] = {
    {wire::confinedByUserNamespace, "it is in a user namespace of its own", false},
    {wire::confinedByMountNamespace, "it is in a mount namespace of its own", true},
    {wire::confinedByPidNamespace, "it is in a pid namespace of its own", false},
    {wire::confinedByRoot, "its root directory is not the system's", false},
    {wire::confinedByNoNewPrivileges, "it has no_new_privs", true},
    {wire::confinedBySeccomp, "it has a seccomp filter", true},
    {wire::confinedByLabel, "it has an AppArmor label", true},
    {wire::confinedByPrivilege, "it is not dumpable or holds a capability", false},
    {wire::confinedByChange, "its ids are not its connection's or changed meanwhile", false},
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
    for (const Row& row : rows) {
        if (!row.isServable && (caller.confinement & row.bit) != 0) {
            return Error{ErrorCode::callerConfined, "caller: cannot be served: " + describeConfinement(caller)};
        }
    }
    return {};
}

} // namespace sandboxd::broker
