// The irreversible reductions of init and payload, and whether they hold. The order between them is the callers'.
#pragma once

#include "plan/wire_reader.hpp"
#include "warden/failure.hpp"
#include "warden/identity.hpp"

namespace sandboxd::warden {

Failure forbidNewPrivileges() noexcept;

// Needs no_new_privs. False with errno.
bool installFilter(wire::View<sock_filter> filter) noexcept;

// Reads back ids, all capability sets (exactly `capabilities`), no_new_privs and, if there is one, the
// filter. Step verify.
Failure verifyConfined(const Ids& ids, const HeldCapabilities& capabilities, bool isFiltered) noexcept;

} // namespace sandboxd::warden
