#include "descriptor_list.hpp"

#include <utility>

namespace sandboxd::bus_tests {

Value descriptors(std::vector<int> fds) {
    return [fds = std::move(fds)](sd_bus_message* message) {
        must(sd_bus_message_open_container(message, 'v', "ah"), "open variant");
        must(sd_bus_message_open_container(message, 'a', "h"), "open descriptors");
        for (const int fd : fds) {
            must(sd_bus_message_append(message, "h", fd), "append descriptor");
        }
        must(sd_bus_message_close_container(message), "close descriptors");
        must(sd_bus_message_close_container(message), "close variant");
    };
}

} // namespace sandboxd::bus_tests
