// File systems and files that init makes, as the caller in the sandbox's user namespace. Never mounts anything: a new
// file system is a detached tree.
#pragma once

#include "base/unique_fd.hpp"

#include <cstddef>
#include <cstdint>

namespace sandboxd::warden {

// nosuid and nodev. `size` in bytes, 0 = the kernel's default.
UniqueFd makeTmpfs(std::uint32_t mode, std::uint64_t size) noexcept;

// nosuid, nodev and noexec; shows the pid namespace of this process.
UniqueFd makeProc() noexcept;
// Of the pid namespace that children of this process are in, and it is not.
UniqueFd makeProcOfChildren() noexcept;
// A copy of the /proc that the root directory shows, with all that is mounted on it.
UniqueFd cloneProc() noexcept;

// nosuid and noexec; a new instance.
UniqueFd makeDevpts() noexcept;

// nosuid, nodev and noexec; of the ipc namespace of this process, which must be of its own user namespace.
UniqueFd makeMqueue() noexcept;

// The same; of the network namespace.
UniqueFd makeSysfs() noexcept;

// What `from` holds up to its end. 0, or an errno.
int copyAll(int from, int file) noexcept;

// 0, or an errno.
int writeAll(int file, const std::byte* content, std::size_t size) noexcept;

// A new, empty file; the umask is 0. 0, or an errno.
int makeFile(int directory, const char* name, std::uint32_t mode) noexcept;

} // namespace sandboxd::warden
