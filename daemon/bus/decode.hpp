// The arguments of Spawn, from the message to a Spec: every key known, typed and given once. Looks nothing up.
#pragma once

#include "base/result.hpp"
#include "spec/spec.hpp"

#include <systemd/sd-bus.h>

#include <vector>

namespace sandboxd::bus {

struct SpawnArguments {
    spec::Spec spec;
    std::vector<int> fds; // by spec::FdIndex, borrowed from the message; as far as it was read, also after an error
};

// Fills `arguments.fds` in any case.
Result<void> decodeSpawn(sd_bus_message* message, SpawnArguments& arguments);

// ListSandboxes' filter: "all" b.
Result<bool> decodeListFilter(sd_bus_message* message);

} // namespace sandboxd::bus
