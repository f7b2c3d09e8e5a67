// What polkit is told of a request: every key in every check, values from closed sets or sanitised to one line. Pure.
#pragma once

#include "policy/caller.hpp"
#include "policy/right.hpp"
#include "spec/spec.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace sandboxd::policy {

// Keys: profile program program-trusted command-line namespaces identity capabilities network devices writable seccomp
// lifetime limits running caller-label needs api. `running` is the number of sandboxes of this uid now.
[[nodiscard]] std::map<std::string, std::string> checkDetails(const spec::Spec& spec, const Caller& caller,
                                                              const std::vector<Right>& needs, std::uint32_t running);

} // namespace sandboxd::policy
