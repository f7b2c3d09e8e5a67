// Ranges of ids into the user namespace of a process of ours: by root itself, for all others by newuidmap(1) and
// newgidmap(1), which know what /etc/subuid and /etc/subgid give them.
#pragma once

#include "engine/id_maps.hpp"
#include "sandboxd/result.hpp"

#include <sys/types.h>

namespace sandboxd::engine {

// `process`: our unreaped child, in a user namespace that this process has made or is above. Kinds without ranges are
// left alone. What the two programs say goes to our stderr.
[[nodiscard]] client::Result<void> writeIdMaps(pid_t process, const IdMaps& maps);

} // namespace sandboxd::engine
