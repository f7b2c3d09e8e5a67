// Every ceiling of the broker, in this one place. The values are the defaults of the property `Limits`.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

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
    std::uint32_t arguments = 16384;
    std::uint32_t environment = 4096;
    std::uint32_t mounts = 1024;
    std::uint32_t planBytes = 2 * 1024 * 1024;
    std::uint32_t fdsPerMessage = 16;
    std::uint32_t fdsBySocket = 253;
    std::uint32_t filters = 16; // of the caller's own
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

// A ceiling by the name that the property `Limits` gives it; exactly one of the two members is set.
struct LimitRow {
    std::string_view name;
    std::uint32_t Limits::*count = nullptr;
    std::uint64_t Limits::*usec = nullptr;

    [[nodiscard]] constexpr std::uint64_t of(const Limits& limits) const noexcept {
        return count != nullptr ? std::uint64_t{limits.*count} : limits.*usec;
    }
};

// One row for each member of Limits; a test counts them.
inline constexpr std::array<LimitRow, 27> limitRows{{
    {.name = "running-per-uid", .count = &Limits::running},
    {.name = "in-setup-per-uid", .count = &Limits::inSetup},
    {.name = "queued-per-uid", .count = &Limits::queued},
    {.name = "refusal-burst", .count = &Limits::refusalBurst},
    {.name = "refusal-refill-usec", .usec = &Limits::refusalRefillUsec},
    {.name = "dialogs-per-uid", .count = &Limits::dialogsPerUid},
    {.name = "waits-per-connection", .count = &Limits::waitsPerConnection},
    {.name = "sandboxes", .count = &Limits::sandboxes},
    {.name = "dialogs", .count = &Limits::dialogs},
    {.name = "pending-checks", .count = &Limits::pendingChecks},
    {.name = "message-bytes", .count = &Limits::messageBytes},
    {.name = "arguments", .count = &Limits::arguments},
    {.name = "environment", .count = &Limits::environment},
    {.name = "mounts", .count = &Limits::mounts},
    {.name = "plan-bytes", .count = &Limits::planBytes},
    {.name = "fds-per-message", .count = &Limits::fdsPerMessage},
    {.name = "fds-by-socket", .count = &Limits::fdsBySocket},
    {.name = "filters", .count = &Limits::filters},
    {.name = "description-bytes", .count = &Limits::descriptionBytes},
    {.name = "path-bytes", .count = &Limits::pathBytes},
    {.name = "groups", .count = &Limits::groups},
    {.name = "check-usec", .usec = &Limits::checkUsec},
    {.name = "dialog-usec", .usec = &Limits::dialogUsec},
    {.name = "setup-usec", .usec = &Limits::setupUsec},
    {.name = "start-usec", .usec = &Limits::startUsec},
    {.name = "linger-usec", .usec = &Limits::lingerUsec},
    {.name = "tasks-per-sandbox", .count = &Limits::tasks},
}};

} // namespace sandboxd::policy
