// Whom polkit is asked about. Never a pid: a process can be replaced, and polkit would look at the next one that has
// it.
#pragma once

#include "authority/sdbus_versions.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace sandboxd::authority {

using Subject = sdbus::Struct<std::string, std::map<std::string, sdbus::Variant>>;

// The bus daemon vouches for who the name is.
[[nodiscard]] Subject subjectOf(const std::string& uniqueName);

// Spares polkit the question to the bus. Both values are needed, and of just these types: polkit passes silently over
// what it does not expect, and reads the uid from /proc then. Throws sdbus::Error if the descriptor cannot be copied.
[[nodiscard]] Subject subjectOf(int pidfd, std::uint32_t uid);

// Whether this BackendVersion takes pidfds as subjects: polkit 124 and later.
[[nodiscard]] bool takesPidfdSubjects(const std::string& version);

} // namespace sandboxd::authority
