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
    // Whether the bus vouches for the process that connected (ProcessFD). If not, somebody else may have its pid by
    // now: then the process must have started no later than this, when its connection was first known.
    bool isProven = false;
    std::uint64_t connectedTicks = 0; // in the unit of startTimeTicks
    std::uint64_t startTimeTicks = 0; // field 22 of /proc/PID/stat
    std::uint32_t confinement = 0;    // wire::Confinement bits
    bool appArmor = false;            // AppArmor is on and `label` is valid
    std::string label;                // "name (mode)"
};

} // namespace sandboxd::policy
