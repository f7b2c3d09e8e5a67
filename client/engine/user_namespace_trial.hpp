// Whether this process could make a user namespace, tried by a child of it that ends at once.
#pragma once

#include "warden/host.hpp"

namespace sandboxd::engine {

// In the user namespaces that it brought, or in its own. False if these cannot be entered: that is another failure.
[[nodiscard]] bool canMakeUserNamespace(const warden::Brought& brought) noexcept;

} // namespace sandboxd::engine
