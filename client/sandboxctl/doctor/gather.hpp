// All facts of this host and this caller, looked up and tried once.
#pragma once

#include "facts.hpp"

namespace sandboxd::ctl::doctor {

[[nodiscard]] Facts gatherFacts();

} // namespace sandboxd::ctl::doctor
