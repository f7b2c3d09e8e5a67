// A failed step of the setup in words for the caller.
#pragma once

#include "base/result.hpp"
#include "plan/plan.hpp"
#include "plan/warden_protocol.hpp"

#include <string_view>

namespace sandboxd::launch {

[[nodiscard]] std::string_view nameOf(wire::SetupStep step) noexcept;

// "setup: mounts: operation 3: cannot open the source "/x": Permission denied". ExecFailed for the exec step ("argv:
// cannot execute "x": No such file or directory"), BadFileDescriptor for a lifeline that is none, else SetupFailed.
[[nodiscard]] Error describeFailure(const wire::Report& report, const plan::Plan& plan);

} // namespace sandboxd::launch
