// What sandboxd answers, in the words that bubblewrap has for it and that its callers match. Pure but for what the
// Attempt can look up.
#pragma once

#include "attempt.hpp"
#include "sandboxd/result.hpp"

namespace sandboxd::bwrap {

// The sandbox stood but for the directory that the command was to start in.
[[nodiscard]] bool isMissingDirectory(const client::Error& error);

// Without "bwrap: ".
[[nodiscard]] std::string wordsFor(const client::Error& error, const Attempt& attempt);

} // namespace sandboxd::bwrap
