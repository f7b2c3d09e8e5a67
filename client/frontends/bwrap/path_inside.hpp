// Paths as text, inside the new root. Pure.
#pragma once

#include <string>
#include <string_view>

namespace sandboxd::bwrap {

// Absolute, relative ones from the root; without "." and "..", which lead nowhere above the root.
[[nodiscard]] std::string pathInside(std::string_view path);

// Both as pathInside() gives them; a directory lies within itself.
[[nodiscard]] bool liesWithin(std::string_view path, std::string_view directory);

// Of a path that lies within: what follows, "" or with a slash in front.
[[nodiscard]] std::string_view restBelow(std::string_view path, std::string_view directory);

} // namespace sandboxd::bwrap
