// What sandboxd answers, in the words that bubblewrap has for it and that its callers match. Pure but for ReadLink.
#pragma once

#include "command.hpp"
#include "sandboxd/result.hpp"

#include <functional>

namespace sandboxd::bwrap {

// The sandbox stood but for the directory that the command was to start in.
[[nodiscard]] bool isMissingDirectory(const client::Error& error);

// What a symbolic link outside says; none if there is no link.
using ReadLink = std::function<std::optional<std::string>(const std::string& path)>;

// A request as it was made: of what Translation has, and where the command was to start.
struct Attempt {
    const Command& command;
    const std::vector<std::optional<std::size_t>>& origins;
    const std::string& directory;
    const ReadLink& readLink;
};

// Without "bwrap: ".
[[nodiscard]] std::string wordsFor(const client::Error& error, const Attempt& attempt);

} // namespace sandboxd::bwrap
