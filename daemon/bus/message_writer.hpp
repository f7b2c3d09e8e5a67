// Values into a message that is being built. sd-bus reports only a lack of memory here, and the message then fails to
// send.
#pragma once

#include <systemd/sd-bus.h>

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace sandboxd::bus {

using Value = std::variant<std::string, bool, std::uint64_t>;
using Entries = std::vector<std::pair<const char*, Value>>;

void append(sd_bus_message* message, const std::string& text);
void append(sd_bus_message* message, const std::vector<std::string>& texts);
// `type`: u, t or i.
void appendNumber(sd_bus_message* message, char type, std::int64_t value);
void appendDictionary(sd_bus_message* message, const Entries& entries);

} // namespace sandboxd::bus
