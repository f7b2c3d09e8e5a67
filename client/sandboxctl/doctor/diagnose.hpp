// Facts -> findings, one for each subject and always in the same order. Pure.
#pragma once

#include "facts.hpp"
#include "finding.hpp"

#include <vector>

namespace sandboxd::ctl::doctor {

[[nodiscard]] std::vector<Finding> diagnose(const Facts& facts);

// No finding is broken.
[[nodiscard]] bool sandboxesWork(const std::vector<Finding>& findings);

} // namespace sandboxd::ctl::doctor
