// Paths as text, inside the new root. Pure.
#pragma once

#include "command.hpp"

#include <span>
#include <string>
#include <string_view>

namespace sandboxd::bwrap {

// Absolute, relative ones from the root; without "." and "..", which lead nowhere above the root.
[[nodiscard]] std::string pathInside(std::string_view path);

// Both as pathInside() gives them; a directory lies within itself.
[[nodiscard]] bool liesWithin(std::string_view path, std::string_view directory);

// Of a path that lies within: what follows, "" or with a slash in front.
[[nodiscard]] std::string_view restBelow(std::string_view path, std::string_view directory);

// A directory and such a rest as one path.
[[nodiscard]] std::string below(std::string_view directory, std::string_view rest);

// Where the host has what `path` inside will show, if one of these operations bound it from there.
[[nodiscard]] std::optional<std::string> pathOutside(std::span<const Operation> operations, std::string_view path);

} // namespace sandboxd::bwrap
