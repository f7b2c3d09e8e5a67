// The loopback interface of a new network namespace. Touches no other interface.
#pragma once

namespace sandboxd::warden {

// CAP_NET_ADMIN over the sandbox's own user namespace. False with errno.
bool raiseLoopback() noexcept;

} // namespace sandboxd::warden
