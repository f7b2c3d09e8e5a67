// One ReserveRequest judged by what the spawner knows itself. Touches nothing of the caller's but the descriptor's own
// entry in /proc/self/fdinfo.
#pragma once

#include "plan/warden_protocol.hpp"
#include "spawner/options.hpp"

namespace sandboxd::spawner {

// 0, or the errno of the reply. `fd` must be a pidfd of the request's pid.
int judgeRequest(const wire::ReserveRequest& request, int fd, int proc, const Options& options) noexcept;

} // namespace sandboxd::spawner
