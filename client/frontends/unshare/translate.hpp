// A Command of unshare(1) -> the sandbox that comes closest, or why there is none. Pure.
#pragma once

#include "command.hpp"
#include "sandboxd/spec.hpp"

#include <cstdint>
#include <functional>

namespace sandboxd::unshare {

// Facts of this process and host that the translation depends on.
struct Surroundings {
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::string workingDirectory; // absolute
    std::string shell;            // for a command line without a program
    std::vector<std::string> environment;
    // Ids of this host by name; none if there is no such name.
    std::function<std::optional<std::uint32_t>(const std::string&)> findUser;
    std::function<std::optional<std::uint32_t>(const std::string&)> findGroup;
};

using Translation = std::variant<client::Spec, Refusal>;

[[nodiscard]] Translation translate(const Command& command, const Surroundings& surroundings);

} // namespace sandboxd::unshare
