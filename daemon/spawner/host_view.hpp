// What the spawner reads of its machine once, before it serves anyone, and its own reduction to what wardens need.
#pragma once

#include "warden/host.hpp"

namespace sandboxd::spawner {

// Seven capabilities stay, see the .cpp. False with errno.
bool reduceItself() noexcept;

// Opens /proc and /dev/null and looks at pid 1 and AppArmor. nullptr, or what failed; errno says why.
const char* openHost(warden::Host& host) noexcept;

} // namespace sandboxd::spawner
