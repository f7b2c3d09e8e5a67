// How bubblewrap says that an operation on the new root failed. Pure but for what the Attempt can look up.
#pragma once

#include "attempt.hpp"
#include "sandboxd/result.hpp"

namespace sandboxd::bwrap {

// Message queues of an ipc namespace that is not the sandbox's own: the daemon refuses what the kernel would.
[[nodiscard]] bool isAboutQueues(const client::Error& error);

// `origin`: which operation of the command; without "bwrap: ".
[[nodiscard]] std::string operationWords(const client::Error& error, const Attempt& attempt, std::size_t origin);

} // namespace sandboxd::bwrap
