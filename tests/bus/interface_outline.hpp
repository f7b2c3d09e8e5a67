// What of an interface's XML matters to a client, as lines that can be compared.
#pragma once

#include <string>
#include <vector>

namespace sandboxd::bus_tests {

// One line for each member, argument and annotation that matters to a client, in the order of the text. Annotations for
// our generator (async, raw) are no part of what a client sees.
std::vector<std::string> outline(const std::string& xml, const std::string& interface);

} // namespace sandboxd::bus_tests
