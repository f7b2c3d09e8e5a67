// Findings for people: one line each, a second one for what to do, and the verdict last. Pure.
#pragma once

#include "finding.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sandboxd::ctl::doctor {

[[nodiscard]] std::string_view nameOf(State state) noexcept;

[[nodiscard]] std::string textReport(const std::vector<Finding>& findings);

} // namespace sandboxd::ctl::doctor
