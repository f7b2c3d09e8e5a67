// Which system calls the default filter lets through, as data. A call that stands in no list gets ENOSYS, as on a
// kernel that has never heard of it: so do io_uring (its operations pass no filter), the keyring calls (the keys would
// be the caller's) and clone3 (its flags are in memory).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace sandboxd::plan {

// Allowed whatever the arguments.
[[nodiscard]] std::span<const std::string_view> allowedCalls() noexcept;

// EPERM: known calls that need privileges that no payload has, or that open kernel code that it has no use for.
// Programs expect EPERM from them.
[[nodiscard]] std::span<const std::string_view> refusedCalls() noexcept;

// EPERM in the strict filter although the default one allows them: looking into other processes, and what few programs
// use.
[[nodiscard]] std::span<const std::string_view> strictlyRefusedCalls() noexcept;

// What capabilities in a user namespace of one's own are for: mounts, roots, namespaces, names. Refused without.
[[nodiscard]] std::span<const std::string_view> capableCalls() noexcept;

// What reaches processes, keys and namespaces of the same uid: nothing but these refusals parts a payload without a
// user namespace from those of its caller.
[[nodiscard]] std::span<const std::string_view> reachingCalls() noexcept;

// What init makes once all is built: it reads back how it is confined, says so, closes, waits and reaps.
[[nodiscard]] std::span<const std::string_view> idleCalls() noexcept;

// The number of a call that libseccomp may be too old to know; -1 if it is not in the table. Calls since Linux 5.1 have
// one number on all architectures.
[[nodiscard]] int recentCallNumber(std::string_view name) noexcept;

} // namespace sandboxd::plan
