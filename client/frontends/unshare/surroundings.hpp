// Facts of this process and host that a translation depends on.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace sandboxd::unshare {

struct Surroundings {
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::string workingDirectory; // absolute
    std::string shell;            // for a command line without a program
    std::vector<std::string> environment;
    // Ids of this host by name; none if there is no such name.
    std::function<std::optional<std::uint32_t>(const std::string&)> findUser;
    std::function<std::optional<std::uint32_t>(const std::string&)> findGroup;
    std::string userName;                                    // of `uid`; "" if it has none
    std::function<std::string(const std::string&)> readFile; // its text; "" if it cannot be read
    bool isBroker = false;                                   // only the daemon may build the sandbox
};

} // namespace sandboxd::unshare
