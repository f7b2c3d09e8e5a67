// A Spec as the message of Spawn. Checks what libdbus or the bus would answer with an abort or a disconnect: text that
// is not UTF-8, descriptors that are not open, more descriptors than one message carries. All else is the daemon's.
#pragma once

#include "message.hpp"
#include "sandboxd/result.hpp"
#include "sandboxd/spec.hpp"

namespace sandboxd::client {

[[nodiscard]] Result<Message> encodeSpawn(const SpecFields& fields);

} // namespace sandboxd::client
