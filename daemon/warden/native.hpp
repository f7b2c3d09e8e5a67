// The warden of a caller that may make namespaces itself: no spawner, no broker, no probe, nothing that the caller
// could not do. It is a fork of the caller and ends its sandbox when the caller ends; what it builds, and how, is every
// warden's.
#pragma once

#include "warden/failure.hpp"
#include "warden/host.hpp"
#include "warden/native_maps.hpp"

#include <cstddef>
#include <cstdint>

namespace sandboxd::warden {

struct NativeRequest {
    const std::byte* plan = nullptr; // as in wire_format.hpp, aligned for std::uint64_t
    std::size_t planSize = 0;
    const int* fds = nullptr; // the caller's, in the order of the Plan's indexes
    std::uint32_t fdCount = 0;
    int control = -1;             // gets one Report (see also native_maps.hpp); its end-of-file before gives up
    bool newUserNamespace = true; // else its capabilities here, or over what it brought, are used
    ParentsMaps maps{};           // of a new one
};

// Runs in the caller's fork, with nothing of it to come back to. Failures of the steps `namespaces` and `maps` say that
// the caller may not have what this takes.
[[noreturn]] void runNativeWarden(Host host, const NativeRequest& request) noexcept;

} // namespace sandboxd::warden
