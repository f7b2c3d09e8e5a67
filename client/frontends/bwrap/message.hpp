// How bubblewrap says something: lines that callers match.
#pragma once

#include <string>
#include <string_view>

namespace sandboxd::bwrap {

// As of syslog(3).
enum class Severity { error = 3, warning = 4 };

// "bwrap: TEXT\n", with --level-prefix "<3>bwrap: TEXT\n".
[[nodiscard]] std::string messageLine(Severity severity, bool levelPrefix, std::string_view text);

// "TEXT: No such file or directory".
[[nodiscard]] std::string withErrno(std::string_view text, int errorNumber);

} // namespace sandboxd::bwrap
