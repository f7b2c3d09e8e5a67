// Every ceiling of the broker, in this one place. The values are the defaults of the property `Limits`.
#pragma once

#include <cstdint>

namespace sandboxd::policy {

struct Limits {
    // per uid
    std::uint32_t running = 256;
    std::uint32_t inSetup = 16;
    std::uint32_t queued = 256;      // behind those in setup, fair between uids
    std::uint32_t refusalBurst = 25; // refused or failed requests, refilled over refusalRefillUsec
    std::uint64_t refusalRefillUsec = 20'000'000;
    std::uint32_t dialogsPerUid = 1;
    std::uint32_t waitsPerConnection = 16;
    // in all
    std::uint32_t sandboxes = 1024;
    std::uint32_t dialogs = 8;
    std::uint32_t pendingChecks = 96;
    // of one request
    std::uint32_t messageBytes = 256 * 1024;
    std::uint32_t arguments = 4096;
    std::uint32_t environment = 1024;
    std::uint32_t mounts = 1024;
    std::uint32_t planBytes = 1024 * 1024;
    std::uint32_t fdsPerMessage = 16;
    std::uint32_t descriptionBytes = 128;
    std::uint32_t pathBytes = 4095;
    std::uint32_t groups = 1024;
    // times
    std::uint64_t checkUsec = 10'000'000;   // polkit without a dialog
    std::uint64_t dialogUsec = 120'000'000; // polkit with one
    std::uint64_t setupUsec = 10'000'000;
    std::uint64_t startUsec = 20'000'000;  // all of it without a dialog
    std::uint64_t lingerUsec = 30'000'000; // an ended sandbox stays visible
    // of one sandbox
    std::uint32_t tasks = 4096; // pids.max
};

inline constexpr Limits defaultLimits{};

} // namespace sandboxd::policy
