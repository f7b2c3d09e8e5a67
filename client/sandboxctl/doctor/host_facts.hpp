// Facts that stand in files. Reads only, whatever the root directory is that it is given.
#pragma once

#include "facts.hpp"

#include <string>

namespace sandboxd::ctl::doctor {

// `root`: "" for this host, else the directory that stands for its root.
[[nodiscard]] HostFacts gatherHostFacts(const std::string& root);

// Of the process `pid`, "" if there is none or it is hidden.
[[nodiscard]] std::string programName(const std::string& root, std::uint32_t pid);

} // namespace sandboxd::ctl::doctor
