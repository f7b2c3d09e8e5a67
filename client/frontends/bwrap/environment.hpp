// The command's environment: the caller's, changed by the options in their order. Pure.
#pragma once

#include "command.hpp"

namespace sandboxd::bwrap {

// `callers`: "NAME=value" each; what has no name is left out, of a name that comes twice the first stays, as getenv(3)
// would see it.
[[nodiscard]] std::vector<std::string> buildEnvironment(const std::vector<std::string>& callers,
                                                        const std::vector<EnvironmentChange>& changes);

void setVariable(std::vector<std::string>& environment, const std::string& name, const std::string& value);

// As getenv(3).
[[nodiscard]] std::optional<std::string> variable(const std::vector<std::string>& environment, std::string_view name);

} // namespace sandboxd::bwrap
