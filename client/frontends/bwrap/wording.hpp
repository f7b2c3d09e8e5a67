// What sandboxd answers, in the words that bubblewrap has for it and that its callers match. Pure.
#pragma once

#include "command.hpp"
#include "sandboxd/result.hpp"

namespace sandboxd::bwrap {

// The sandbox stood but for the directory that the command was to start in.
[[nodiscard]] bool isMissingDirectory(const client::Error& error);

// Without "bwrap: ". `origins` as of Translation; `directory` is where the command was to start.
[[nodiscard]] std::string wordsFor(const client::Error& error, const Command& command,
                                   const std::vector<std::optional<std::size_t>>& origins,
                                   const std::string& directory);

} // namespace sandboxd::bwrap
