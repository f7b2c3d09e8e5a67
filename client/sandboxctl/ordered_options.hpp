// The options of `run` whose order matters: mounts, and changes of the environment. One row each in one table.
#pragma once

#include "request.hpp"

#include <optional>
#include <string>

namespace CLI { // NOLINT(readability-identifier-naming) the library names it
class App;
}

namespace sandboxd::ctl {

void addOrderedOptions(CLI::App& run);

// After parsing: what was given, in the order of the command line, into `request`; or what is wrong with it.
[[nodiscard]] std::optional<std::string> readOrderedOptions(const CLI::App& run, RunRequest& request);

} // namespace sandboxd::ctl
