// The descriptors of one sandbox's mounts: sources cloned and layers opened before the new root is attached, and
// afterwards every mount made, for the final check of its flags.
#pragma once

#include "base/unique_fd.hpp"
#include "plan/wire_format.hpp"

#include <cstdint>

namespace sandboxd::warden {

struct HeldMount {
    UniqueFd tree;
    bool isDirectory = true;
    std::uint32_t required = 0; // ST_RDONLY, ST_NOSUID, ST_NODEV that it must have at the end
    int content = -1;           // of a file: borrowed from Launch
    UniqueFd lock;              // held until the sandbox ends
    std::uint32_t firstLayer = 0;
    UniqueFd upper; // of a writable overlay
    UniqueFd work;  // the same
};

struct MountTable {
    HeldMount mounts[wire::maxMounts]; // by operation
    UniqueFd layers[wire::maxLayers];  // lower directories of all overlays
};

} // namespace sandboxd::warden
