// What the spawner reads of its machine once, before it serves anyone, and its own reduction to what wardens need.
#pragma once

#include "warden/host.hpp"

namespace sandboxd::spawner {

// Seven capabilities stay, see the .cpp. False with errno.
bool reduceItself() noexcept;

// False with errno: the out-of-memory killer would spare payloads if they asked, because this process was started so,
// and that cannot be changed. Before reduceItself().
bool liftOomFloor() noexcept;

// Opens /proc and /dev/null and looks at pid 1 and AppArmor. nullptr, or what failed; errno says why.
const char* openHost(warden::Host& host) noexcept;

} // namespace sandboxd::spawner
