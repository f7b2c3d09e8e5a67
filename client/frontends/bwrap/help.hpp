// What --help and --version say.
#pragma once

#include <string>

namespace sandboxd::bwrap {

// Callers search it for the names of options.
[[nodiscard]] std::string helpText(const std::string& program);

// The bubblewrap that we stand for: callers compare the number.
inline constexpr const char* versionText = "bubblewrap 0.11.1\n";

} // namespace sandboxd::bwrap
