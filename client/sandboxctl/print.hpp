// What sandboxctl says: lines on stderr that begin with its name, and text from others made safe for a terminal.
#pragma once

#include "sandboxd/result.hpp"

#include <string>
#include <string_view>

namespace sandboxd::ctl {

// Bytes outside printable ASCII and backslashes as \xNN and \\: nothing that came from elsewhere may drive the
// terminal.
[[nodiscard]] std::string printable(std::string_view text);

// In single quotes where a shell needs them, and printable.
[[nodiscard]] std::string shellWord(std::string_view text);

// One line "sandboxctl: MESSAGE" in one write(2).
void say(std::string_view message);

// The same for an error; gives the exit status that goes with it.
[[nodiscard]] int sayError(std::string_view attempt, const client::Error& error);

} // namespace sandboxd::ctl
