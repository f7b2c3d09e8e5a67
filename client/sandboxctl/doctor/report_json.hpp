// The same findings for programs: {"works": …, "findings": [{"name", "state", "text", "remedy"}, …]}. Pure.
#pragma once

#include "finding.hpp"

#include <string>
#include <vector>

namespace sandboxd::ctl::doctor {

[[nodiscard]] std::string jsonReport(const std::vector<Finding>& findings);

} // namespace sandboxd::ctl::doctor
