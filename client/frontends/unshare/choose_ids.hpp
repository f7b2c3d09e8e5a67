// Which ids the program of a Command has inside, and which others are mapped. Pure but for what it is given to read by.
#pragma once

#include "command.hpp"
#include "surroundings.hpp"

namespace sandboxd::unshare {

struct ChosenIds {
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    engine::IdMaps maps;
};

[[nodiscard]] std::variant<ChosenIds, Refusal> chooseIds(const Command& command, const Surroundings& surroundings);

} // namespace sandboxd::unshare
