// Command -> what sandboxd is asked for. Pure but for what Surroundings can answer.
#pragma once

#include "command.hpp"
#include "sandboxd/spec.hpp"
#include "working_directory.hpp"

namespace sandboxd::bwrap {

// What a command line means depends on who gives it, and where.
struct Surroundings {
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::vector<std::string> environment; // "NAME=value" each
    std::string directory;                // where we are
    std::vector<int> descriptors;         // open ones that a program gets which we execute
    std::string ownProgram;               // our own file, for /proc/self/exe
    IsDirectory isDirectory;
};

struct Translation {
    client::Spec spec;
    // For each mount of the Spec the operation that asked for it, or behind the last of them the lock file; none for
    // what the options only imply.
    std::vector<std::optional<std::size_t>> origins;
};

// `directory`: where the command starts, one of workingDirectories().
[[nodiscard]] Translation translate(const Command& command, const Surroundings& surroundings,
                                    const std::string& directory);

} // namespace sandboxd::bwrap
