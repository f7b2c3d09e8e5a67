// One mount operation as (name, {key: value}) on the wire. A new alternative of MountOperation needs a case here.
#pragma once

#include "message.hpp"
#include "sandboxd/mount.hpp"

namespace sandboxd::client {

void writeMount(Writer& list, const MountOperation& operation);

} // namespace sandboxd::client
