// A request as it was made, and what can be seen of the host to explain how it failed.
#pragma once

#include "command.hpp"
#include "working_directory.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace sandboxd::bwrap {

// What a symbolic link outside says; none if there is no link.
using ReadLink = std::function<std::optional<std::string>(const std::string& path)>;

struct Attempt {
    const Command& command;
    const std::vector<std::optional<std::size_t>>& origins; // as Translation has them
    const std::string& directory;                           // where the command was to start
    const ReadLink& readLink;
    const IsDirectory& isDirectory;
};

} // namespace sandboxd::bwrap
