#include "engine/capability_names.hpp"

#include "spec/capability.hpp"

#include <strings.h>

namespace sandboxd::engine {

std::span<const std::string_view> capabilityNames() {
    return spec::capabilityNames();
}

std::string_view capabilityName(const std::string& text) {
    for (const std::string_view name : capabilityNames()) {
        if (::strcasecmp(name.data(), text.c_str()) == 0) {
            return name;
        }
    }
    return "";
}

} // namespace sandboxd::engine
