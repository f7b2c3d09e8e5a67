// What a process of ours does to itself when it starts: closes what it does not need, cannot be traced, dumps nothing.
#pragma once

#include <cstddef>

namespace sandboxd::warden {

// Closes every descriptor but 0 to 2 and those of `keep` (negative ones are skipped); sorts `keep`.
void closeAllBut(int* keep, std::size_t count) noexcept;

// The same from the number `first` on.
void closeFrom(unsigned first, int* keep, std::size_t count) noexcept;

// Not dumpable: not traceable, its /proc entries are root's. Every change of ids has to be followed by it.
bool forbidTracing() noexcept;

// RLIMIT_CORE 1, since 0 still starts a core_pattern pipe handler.
bool forbidCoreDumps() noexcept;

// Dispositions to default, nothing blocked.
void resetSignals() noexcept;

// What execve(2) does: handlers to default; what is ignored or blocked stays.
void forgetHandlers() noexcept;

// Soft limit of open files raised to the hard one.
void raiseFileLimit() noexcept;

} // namespace sandboxd::warden
