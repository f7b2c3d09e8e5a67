// The payload's descriptors: those of the Plan under their numbers, 0 to 2 never absent, no other.
#pragma once

#include "warden/failure.hpp"
#include "warden/launch.hpp"

namespace sandboxd::warden {

// `report` is moved out of the way and stays open until exec. Step descriptors.
Failure placeDescriptors(const Launch& launch, int devNull, int& report) noexcept;

} // namespace sandboxd::warden
