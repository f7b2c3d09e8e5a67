// The descriptors that a program was started with, for one that hands them on.
#pragma once

#include <vector>

namespace sandboxd::watch {

// Opens /dev/null for each standard stream that the caller has closed: a descriptor of ours that got such a number
// would be handed on as that stream. Before anything else is opened.
void occupyStandardStreams();

// Those that an exec would keep, as numbers; before anything of ours is opened without O_CLOEXEC.
[[nodiscard]] std::vector<int> inheritedDescriptors();

} // namespace sandboxd::watch
