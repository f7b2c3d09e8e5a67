// What confines a caller, in words, and which of it rules a sandbox out whatever the policy says.
#pragma once

#include "base/result.hpp"
#include "policy/caller.hpp"

#include <string>

namespace sandboxd::broker {

// "its user namespace, no_new_privs"
[[nodiscard]] std::string describeConfinement(const policy::Caller& caller);

// AccessDenied for a process that cannot be the one that connected: it has a recycled pid. CallerConfined for what
// cannot be served: another user or pid namespace, another root, a privileged caller or one that changed while it was
// looked at.
Result<void> checkServable(const policy::Caller& caller);

} // namespace sandboxd::broker
