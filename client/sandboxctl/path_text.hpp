// Paths as text: nothing is looked up. Pure.
#pragma once

#include <string>
#include <string_view>

namespace sandboxd::ctl {

// `path` is `directory` or lies below it; both absolute and normal.
[[nodiscard]] bool isWithin(std::string_view path, std::string_view directory) noexcept;

// "a/../b", "//" and "." taken out; a relative path starts at `base`.
[[nodiscard]] std::string normalise(std::string_view path, std::string_view base);

[[nodiscard]] std::string parentOf(std::string_view path);

// Some component begins with a dot.
[[nodiscard]] bool hasDotComponent(std::string_view relative) noexcept;

} // namespace sandboxd::ctl
