// How a process that is not our child ended, by its pidfd. Asks the kernel only.
#pragma once

#include "sandboxd/result.hpp"
#include "sandboxd/sandbox.hpp"

#include <cstdint>
#include <optional>

namespace sandboxd::client {

// A wait status as of waitpid(2).
[[nodiscard]] ExitStatus fromWaitStatus(int status) noexcept;

// siginfo's si_code and si_status (sigaction(2)); none for any other code: how it ended is not known.
[[nodiscard]] std::optional<ExitStatus> fromSiginfo(std::int32_t code, std::int32_t status) noexcept;

// Waits for the end of the process. None if this kernel does not tell others' exit status (before Linux 6.15), or not
// this one's; `cancelled` if cancelFd is readable first.
[[nodiscard]] Result<std::optional<ExitStatus>> awaitByPidfd(int pidfd, int cancelFd);

} // namespace sandboxd::client
