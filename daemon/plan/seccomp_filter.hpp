// The seccomp filters as classic BPF, made by libseccomp once at start; the only user of libseccomp.
#pragma once

#include "base/result.hpp"
#include "plan/filter_set.hpp"

namespace sandboxd::plan {

// An allow-list by system call: EPERM for known calls that a sandbox has no use for, ENOSYS for unknown numbers and for
// clone3 (its flags are out of a filter's sight), foreign architectures refused, TIOCSTI and TIOCLINUX refused on the
// low 32 bits of the request, no CLONE_NEWUSER in clone or unshare. SetupFailed if libseccomp cannot compile it.
Result<std::vector<sock_filter>> compileDefaultFilter();

// The default one without the calls of strictlyRefusedCalls(), and with sockets of local, IP and netlink families only.
Result<std::vector<sock_filter>> compileStrictFilter();

// Everything passes, on each architecture that this machine executes, but TIOCSTI and TIOCLINUX.
Result<std::vector<sock_filter>> compileMinimalFilter();

// The default one with capableCalls() and all namespaces but user namespaces.
Result<std::vector<sock_filter>> compileCapableFilter();

// The same with user namespaces.
Result<std::vector<sock_filter>> compileNestingFilter();

// The default one without reachingCalls().
Result<std::vector<sock_filter>> compileHostFilter();

// The minimal one without reachingCalls() and user namespaces.
Result<std::vector<sock_filter>> compileHostFloor();

// Exactly idleCalls(); any other call kills the process, and the sandbox with it.
Result<std::vector<sock_filter>> compileIdleFilter();

Result<FilterSet> compileFilters();

} // namespace sandboxd::plan
