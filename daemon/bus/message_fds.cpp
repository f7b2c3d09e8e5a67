#include "bus/message_fds.hpp"

#include <string>
#include <string_view>

namespace sandboxd::bus {

namespace {

// Descriptors, or variants of whatever.
bool mayHoldFds(std::string_view signature) {
    return signature.find_first_of("hv") != std::string_view::npos;
}

bool isContainerWithFds(char kind, std::string_view contents) {
    return kind == SD_BUS_TYPE_VARIANT || mayHoldFds(contents);
}

std::string signatureOf(char kind, const std::string& contents) {
    switch (kind) {
    case SD_BUS_TYPE_ARRAY:
        return "a" + contents;
    case SD_BUS_TYPE_STRUCT:
        return "(" + contents + ")";
    case SD_BUS_TYPE_DICT_ENTRY:
        return "{" + contents + "}";
    default:
        return std::string(1, kind);
    }
}

// Depth is bounded by the bus library, which refuses messages nested deeper than 128.
bool collect(sd_bus_message* message, std::vector<int>& fds) {
    char kind = 0;
    const char* peeked = nullptr;
    while (sd_bus_message_peek_type(message, &kind, &peeked) > 0) {
        const std::string contents = peeked != nullptr ? peeked : ""; // null: a basic type
        if (isContainerWithFds(kind, contents)) {
            if (sd_bus_message_enter_container(message, kind, contents.c_str()) < 0 || !collect(message, fds) ||
                sd_bus_message_exit_container(message) < 0) {
                return false;
            }
            continue;
        }
        int fd = -1;
        if (kind == SD_BUS_TYPE_UNIX_FD) {
            if (sd_bus_message_read_basic(message, 'h', &fd) <= 0) {
                return false;
            }
            fds.push_back(fd);
        } else if (sd_bus_message_skip(message, signatureOf(kind, contents).c_str()) < 0) {
            return false;
        }
    }
    return true;
}

} // namespace

bool mayHoldFds(sd_bus_message* message) {
    const char* signature = sd_bus_message_get_signature(message, 1);
    return signature != nullptr && mayHoldFds(std::string_view(signature));
}

std::vector<int> fdsOf(sd_bus_message* message) {
    std::vector<int> fds;
    if (!mayHoldFds(message)) {
        return fds;
    }
    sd_bus_message_rewind(message, 1);
    collect(message, fds);
    sd_bus_message_rewind(message, 1);
    return fds;
}

} // namespace sandboxd::bus
