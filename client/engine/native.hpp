// A sandbox that is built by this process and its children, with no privilege but the caller's: same Plan, same warden
// as the daemon's, linked in.
#pragma once

#include "engine/id_maps.hpp"
#include "payload.hpp"
#include "sandboxd/spec.hpp"
#include "warden/host.hpp"

#include <memory>

namespace sandboxd::engine {

struct NativeOptions {
    bool newUserNamespace = true; // else as root: without one where the capabilities are there
    bool mayNest = true;          // the payload may make user namespaces
    bool passesToRoot = false;    // see warden::Host
    bool mustNotNest = false;     // and if something around us does not forbid that, there is no sandbox
    IdMaps maps{};                // of the new user namespace
    warden::Brought brought{};    // of its `info` the number alone is left open
};

// Returns when the payload has been executed, or `cancelled` when options.cancelFd is readable. `unavailable`: the
// kernel does not let this caller make namespaces, or only the daemon can do what is asked for; nothing has been done
// then.
[[nodiscard]] client::Result<std::unique_ptr<watch::Payload>>
startNative(const client::Spec& spec, const NativeOptions& native, const client::CallOptions& options);

} // namespace sandboxd::engine
