// Init: pid 1 of the sandbox's pid namespace. As the caller, with capabilities over the sandbox's own user namespace,
// it builds what the Plan says; then it has none, reports, and only reaps. With an inner namespace (inner_init.hpp) it
// builds for another init, and then only holds what must be held. Or it becomes the payload itself.
#pragma once

#include "warden/caller_view.hpp"
#include "warden/failure.hpp"
#include "warden/host.hpp"
#include "warden/launch.hpp"
#include "warden/mount_table.hpp"

namespace sandboxd::warden {

// Runs in the child of the clone. `socket`: to the warden, which sends one byte when the ids are mapped and receives
// one Failure, with error 0 when the sandbox is ready; with an inner namespace an InnerRecord before.
[[noreturn]] void runInit(const Host& host, const Launch& launch, const CallerView& caller, MountTable& table,
                          int socket) noexcept;

} // namespace sandboxd::warden
