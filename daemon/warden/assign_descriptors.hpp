// Which descriptors the payload gets under which numbers: those of the Plan, and those that the caller put into a
// socket because a message does not carry so many. Never waits for that socket.
#pragma once

#include "warden/failure.hpp"
#include "warden/launch.hpp"

namespace sandboxd::warden {

// Fills `assigned`, and adds what the socket holds to `fds`. Step moreFds: ENOTSOCK for the wrong kind of descriptor,
// EBADMSG for a packet that is none, EBADF for a number that is too high or given twice, EMFILE for too many, EACCES
// for what AppArmor dropped.
Failure assignDescriptors(Launch& launch) noexcept;

} // namespace sandboxd::warden
