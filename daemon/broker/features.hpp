// The tokens of the property `Features`: what this daemon on this machine can do.
#pragma once

#include "base/result.hpp"

#include <string>
#include <vector>

namespace sandboxd::broker {

// What depends on the machine. `appArmor`: it is on in this kernel. `callerPidfd`: the bus vouches for processes.
// `insecure`: the broker serves without a look at its own label.
struct Platform {
    bool appArmor = false;
    bool callerPidfd = false;
    bool insecure = false;
};

// Sorted.
[[nodiscard]] std::vector<std::string> listFeatures(const Platform& platform);

// FeatureMissing naming the first token that is not among `features`.
Result<void> requireFeatures(const std::vector<std::string>& required, const std::vector<std::string>& features);

} // namespace sandboxd::broker
