// What an errno means, for messages: never null, also for numbers that the C library does not know.
#pragma once

#include <cstring>
#include <string>

namespace sandboxd {

[[nodiscard]] inline std::string errorText(int error) {
    const char* text = ::strerrordesc_np(error);
    return text != nullptr ? text : "error " + std::to_string(error);
}

} // namespace sandboxd
