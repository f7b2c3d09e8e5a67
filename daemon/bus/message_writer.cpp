#include "bus/message_writer.hpp"

namespace sandboxd::bus {

namespace {

void appendVariant(sd_bus_message* message, const Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) {
        sd_bus_message_append(message, "v", "s", text->c_str());
    } else if (const auto* truth = std::get_if<bool>(&value)) {
        sd_bus_message_append(message, "v", "b", static_cast<int>(*truth));
    } else {
        sd_bus_message_append(message, "v", "t", std::get<std::uint64_t>(value));
    }
}

} // namespace

void append(sd_bus_message* message, const std::string& text) {
    sd_bus_message_append_basic(message, 's', text.c_str());
}

void append(sd_bus_message* message, const std::vector<std::string>& texts) {
    sd_bus_message_open_container(message, 'a', "s");
    for (const std::string& text : texts) {
        append(message, text);
    }
    sd_bus_message_close_container(message);
}

void appendNumber(sd_bus_message* message, char type, std::int64_t value) {
    if (type == 't') {
        const auto wide = static_cast<std::uint64_t>(value);
        sd_bus_message_append_basic(message, type, &wide);
    } else {
        const auto narrow = static_cast<std::uint32_t>(value); // i and u have the same bits
        sd_bus_message_append_basic(message, type, &narrow);
    }
}

void appendDictionary(sd_bus_message* message, const Entries& entries) {
    sd_bus_message_open_container(message, 'a', "{sv}");
    for (const auto& [key, value] : entries) {
        sd_bus_message_open_container(message, 'e', "sv");
        sd_bus_message_append_basic(message, 's', key);
        appendVariant(message, value);
        sd_bus_message_close_container(message);
    }
    sd_bus_message_close_container(message);
}

} // namespace sandboxd::bus
