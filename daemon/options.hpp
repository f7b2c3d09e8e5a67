// The command line of sandboxd.
#pragma once

#include "base/result.hpp"
#include "policy/owner_pool.hpp"

#include <string>

namespace sandboxd {

struct Options {
    std::string spawnerSocket = "/run/sandboxd/spawner.socket";
    policy::IdRange owners{.first = 0x7F000000, .count = 4096};
    bool checksAppArmor = true; // false: for developers, whose broker no profile is attached to
};

// InvalidArgs, naming the argument.
Result<Options> parseOptions(int count, const char* const* arguments);

// InvalidArgs if /etc/passwd or /etc/subuid give away an id of the pool: somebody could then run as an owner.
Result<void> checkOwners(const policy::IdRange& owners);

} // namespace sandboxd
