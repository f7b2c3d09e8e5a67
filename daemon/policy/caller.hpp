// Who asks: uid, groups and unique name by the bus daemon's word, all else from the probe.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sandboxd::policy {

struct Caller {
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;             // from the probe, a member of `groups`
    std::vector<std::uint32_t> groups; // of the connection
    std::string uniqueName;
    std::int32_t pid = 0;
    std::uint64_t startTimeTicks = 0; // field 22 of /proc/PID/stat
    std::uint32_t confinement = 0;    // wire::Confinement bits
    bool appArmor = false;            // AppArmor is on and `label` is valid
    std::string label;                // "name (mode)"
};

} // namespace sandboxd::policy
