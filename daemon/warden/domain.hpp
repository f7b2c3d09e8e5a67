// A Landlock domain of the payload's own. In it the kernel refuses to trace or look into any process outside: also
// through a /proc of the caller's that is bound, which no filter of calls sees.
#pragma once

#include "warden/failure.hpp"

namespace sandboxd::warden {

// Needs no_new_privs. Takes nothing else away from the payload. Fails where the kernel has no Landlock.
Failure enterDomain() noexcept;

} // namespace sandboxd::warden
