// Identity of an open file for comparison with pid 1's. Asks the kernel's cache only, never a file server.
#pragma once

#include "warden/host.hpp"

namespace sandboxd::warden {

bool identify(int fd, FileId& id) noexcept;

// Opens /proc/1/ns/{user,mnt,pid} and /proc/1/root once. Needs CAP_SYS_PTRACE, as pid 1 holds capabilities.
bool identifyInitial(int proc, InitialView& initial) noexcept;

} // namespace sandboxd::warden
