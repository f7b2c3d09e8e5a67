// Options that do not go together, in bubblewrap's words and order. Pure.
#pragma once

#include "command.hpp"

namespace sandboxd::bwrap {

// What is wrong whether there is a command or not.
[[nodiscard]] std::optional<std::string> findContradiction(const Command& command);

// What is wrong beyond that, for a caller with these ids.
[[nodiscard]] std::optional<std::string> findMissingNamespace(const Command& command, std::uint32_t uid,
                                                              std::uint32_t gid);

// What sandbox-bwrap has to do itself, with the reason why sandboxd cannot.
[[nodiscard]] std::optional<std::string> findImpossible(const Command& command);

} // namespace sandboxd::bwrap
