// What a program was started with, for one that hands it on.
#pragma once

#include <string>
#include <vector>

namespace sandboxd::watch {

// Opens /dev/null for each standard stream that the caller has closed: a descriptor of ours that got such a number
// would be handed on as that stream. Before anything else is opened.
void occupyStandardStreams();

// Those that an exec would keep, as numbers; before anything of ours is opened without O_CLOEXEC.
[[nodiscard]] std::vector<int> inheritedDescriptors();

// The environment, entry by entry as it is.
[[nodiscard]] std::vector<std::string> inheritedEnvironment();

} // namespace sandboxd::watch
