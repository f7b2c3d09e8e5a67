// How unshare says something.
#pragma once

#include <string_view>

namespace sandboxd::unshare {

// Exit statuses of util-linux: our own failure, and of the program's execution.
inline constexpr int ownFailure = 1;
inline constexpr int notExecutable = 126;
inline constexpr int notFound = 127;

// One line "unshare: TEXT" on stderr; gives the exit status of an own failure.
int say(std::string_view text);

} // namespace sandboxd::unshare
