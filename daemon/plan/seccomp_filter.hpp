// The default seccomp filter as classic BPF, made by libseccomp once at start; the only user of libseccomp.
#pragma once

#include "base/result.hpp"

#include <linux/filter.h>

#include <vector>

namespace sandboxd::plan {

// An allow-list by system call: EPERM for known calls that a sandbox has no use for, ENOSYS for unknown numbers and for
// clone3 (its flags are out of a filter's sight), foreign architectures refused, TIOCSTI and TIOCLINUX refused on the
// low 32 bits of the request, no CLONE_NEWUSER in clone or unshare. SetupFailed if libseccomp cannot compile it.
Result<std::vector<sock_filter>> compileDefaultFilter();

} // namespace sandboxd::plan
