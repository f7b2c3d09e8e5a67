// Where the caller stands, which is what its relative paths begin at.
#pragma once

#include "plan/wire_reader.hpp"
#include "warden/caller_view.hpp"

#include <cstdint>

namespace sandboxd::warden {

// The first operation with a source or layer that is a relative path; wire::noOperation if there is none.
std::uint32_t firstRelativeSource(const wire::PlanReader& plan) noexcept;

// Of a chrooted caller, in the sandbox's new mount namespace, with the copy of the caller's root as root and working
// directory: makes the copy of the caller's directory the working directory. It is found by its path, as the caller,
// and must be the same one. False: it is not below that root, or not where the caller may go.
bool enterCallersDirectory(int proc, const CallerView& caller) noexcept;

} // namespace sandboxd::warden
