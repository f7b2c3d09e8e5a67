// Where the command starts without --chdir: the caller's directory if the sandbox has it, else $HOME, else /. The name
// goes into PWD, so it must be known before there is a sandbox. Pure but for `isDirectory`.
#pragma once

#include "command.hpp"

#include <functional>

namespace sandboxd::bwrap {

using IsDirectory = std::function<bool(const std::string& path)>;

// Whether the new root will have this directory; true in doubt (links, overlays), false is certain.
[[nodiscard]] bool mayExistInside(const std::vector<Operation>& operations, std::string_view path,
                                  const IsDirectory& isDirectory);

// To be tried in this order; not empty.
[[nodiscard]] std::vector<std::string> workingDirectories(const Command& command, const std::string& callersDirectory,
                                                          const std::optional<std::string>& home,
                                                          const IsDirectory& isDirectory);

} // namespace sandboxd::bwrap
