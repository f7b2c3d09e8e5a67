// Mount operations that make, change, cover or lock a file or directory. Each returns 0, or an errno.
#pragma once

#include "warden/operation.hpp"

namespace sandboxd::warden {

// One that is there already will do, and keeps its mode.
int directory(const Operation& operation) noexcept;

// One that is there is written anew and keeps its mode.
int file(const Operation& operation) noexcept;

// A link that says the same already will do.
int symlink(const Operation& operation) noexcept;

// A file of its own, mounted over the target.
int bindFile(const Operation& operation) noexcept;

int chmod(const Operation& operation) noexcept;

// Something empty over what is there; nothing there is fine.
int mask(const Operation& operation) noexcept;

int lockFile(const Operation& operation) noexcept;

} // namespace sandboxd::warden
