// A sandbox as its client knows it. Dropping the value does not end the sandbox: its lifetime does.
#pragma once

#include "sandboxd/descriptor.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <variant>

namespace sandboxd::client {

// A dictionary of the daemon's, less the values of kinds that are not here: unknown keys are no error. A dictionary in
// it is laid flat: "outer.inner".
using Value = std::variant<bool, std::int64_t, std::uint64_t, std::string>;
using Values = std::map<std::string, Value>;

struct Sandbox {
    std::string id;
    std::string path; // its D-Bus object
    Descriptor pidfd; // of the payload; readable when it has ended; empty if it had ended already
    Values results;   // what really applies; keys in the description of Spawn
};

// One line of a list.
struct SandboxSummary {
    std::string id;
    std::string path;
    std::string state; // "running" or "ended"
    std::uint32_t uid = 0;
    std::uint64_t startedUsec = 0; // since the epoch
    Values details;
};

// How a payload ended.
struct ExitStatus {
    bool signaled = false;
    int value = 0; // exit status, or the signal's number
    bool coreDumped = false;

    // As a shell gives it: the exit status, or 128 + signal.
    [[nodiscard]] int shellStatus() const noexcept { return signaled ? 128 + value : value; }
    friend bool operator==(const ExitStatus&, const ExitStatus&) = default;
};

} // namespace sandboxd::client
