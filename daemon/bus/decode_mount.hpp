// One mount operation, (sa{sv}), from the message to its type.
#pragma once

#include "base/result.hpp"
#include "bus/reader.hpp"
#include "spec/mount.hpp"

namespace sandboxd::bus {

// The reader stands at the structure. Errors begin with "mounts: operation index".
Result<spec::MountOperation> decodeMount(Reader& reader, std::size_t index);

} // namespace sandboxd::bus
