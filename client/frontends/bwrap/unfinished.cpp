#include "unfinished.hpp"

namespace sandboxd::bwrap {

std::optional<std::string> findUnfinished(const Command& command) {
    if (command.asPid1) {
        return "--as-pid-1 is not possible with this version of sandboxd";
    }
    if (!command.capabilities.empty()) {
        return "--cap-add is not possible with this version of sandboxd";
    }
    return std::nullopt;
}

} // namespace sandboxd::bwrap
