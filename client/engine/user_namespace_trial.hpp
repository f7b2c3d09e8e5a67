// Whether this process could make a user namespace, tried by a child of it that ends at once.
#pragma once

namespace sandboxd::engine {

// True also if that cannot be tried.
[[nodiscard]] bool canMakeUserNamespace() noexcept;

} // namespace sandboxd::engine
