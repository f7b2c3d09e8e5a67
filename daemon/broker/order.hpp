// What a caller has ordered, decoded and not yet judged.
#pragma once

#include "base/unique_fd.hpp"
#include "policy/caller.hpp"
#include "spec/spec.hpp"

#include <vector>

namespace sandboxd::broker {

struct Order {
    spec::Spec spec;
    std::vector<int> fds;  // that came with the message, borrowed: the message outlives the request
    policy::Caller caller; // uid, groups, uniqueName, pid and perhaps the label; the rest comes from the probe
    UniqueFd pidfd;        // of the caller, taken when the message arrived
    bool interactive = false;
};

} // namespace sandboxd::broker
