// A Command of unshare(1) -> the sandbox that comes closest, or why there is none. Pure but for what it is given to
// read by.
#pragma once

#include "command.hpp"
#include "sandboxd/spec.hpp"
#include "surroundings.hpp"

namespace sandboxd::unshare {

struct Sandbox {
    client::Spec spec;
    engine::IdMaps maps;
};

using Translation = std::variant<Sandbox, Refusal>;

[[nodiscard]] Translation translate(const Command& command, const Surroundings& surroundings);

} // namespace sandboxd::unshare
