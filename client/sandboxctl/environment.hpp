// The payload's environment: the caller's less what smells of a secret, then what the options say, in their order.
// Pure.
#pragma once

#include "variables.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sandboxd::ctl {

// True for names that carry credentials or lead to the caller's session (sockets, buses).
[[nodiscard]] bool isSecret(std::string_view name) noexcept;

using variables::ClearVariables;
using variables::EnvironmentChange;
using variables::SetVariable;
using variables::UnsetVariable;

// `callers`: "NAME=value" each; what has no name is left out, of a name that comes twice the first stays, as getenv(3)
// would see it.
[[nodiscard]] std::vector<std::string> buildEnvironment(const std::vector<std::string>& callers, bool keepSecrets,
                                                        const std::vector<EnvironmentChange>& changes);

} // namespace sandboxd::ctl
