// The broker's own AppArmor label: what the kernel says, and whether the broker may serve under it. The only user of
// libapparmor.
#pragma once

#include "base/result.hpp"

#include <string>

namespace sandboxd::broker {

struct OwnLabel {
    bool appArmor = false; // on in this kernel
    std::string text;      // "name (mode)", "" if it is off
};

// SetupFailed if the kernel does not say clearly: off is only what it calls off.
Result<OwnLabel> readOwnLabel();

// SetupFailed, naming the label and the remedy, unless AppArmor is off or holds the broker to its own profile.
Result<void> checkOwnLabel(const OwnLabel& label);

} // namespace sandboxd::broker
