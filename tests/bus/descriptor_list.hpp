// The value of an option that is a list of descriptors, ah.
#pragma once

#include "spawn_request.hpp"

#include <vector>

namespace sandboxd::bus_tests {

Value descriptors(std::vector<int> fds); // borrowed until the message is built

} // namespace sandboxd::bus_tests
