// The warden's step into the caller's view, by the descriptors that the probe opened. After it no privileged process of
// this sandbox resolves a path.
#pragma once

#include "warden/caller_view.hpp"
#include "warden/failure.hpp"

namespace sandboxd::warden {

// `namespaces`: wire::NamespaceFlag, those that will be new and are therefore not joined; `network` likewise.
Failure joinCaller(const CallerView& caller, std::uint32_t namespaces, wire::Network network) noexcept;

} // namespace sandboxd::warden
