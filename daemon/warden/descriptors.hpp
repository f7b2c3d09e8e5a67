// The payload's descriptors: those of the Plan under their numbers, 0 to 2 never absent, no other.
#pragma once

#include "warden/failure.hpp"
#include "warden/launch.hpp"

namespace sandboxd::warden {

// What a payload's process still needs until exec(2); -1 = none.
struct OwnDescriptors {
    int report; // to the warden
    int info;
    int status;
    int block;
    int proc; // O_PATH of /proc, see Host
};

// `own` is moved out of the way and stays open until exec. Step descriptors.
Failure placeDescriptors(const Launch& launch, int devNull, OwnDescriptors& own) noexcept;

} // namespace sandboxd::warden
