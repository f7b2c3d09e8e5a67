// Bytes in a memfd that nobody can change any more: how a Plan travels.
#pragma once

#include "base/result.hpp"
#include "base/unique_fd.hpp"

#include <cstddef>
#include <span>

namespace sandboxd::launch {

// With all four seals of memfd_create(2). SetupFailed when the kernel has no memory for it.
Result<UniqueFd> sealedMemory(std::span<const std::byte> bytes);

} // namespace sandboxd::launch
