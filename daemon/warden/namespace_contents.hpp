// What init sets in the sandbox's namespaces besides mounts.
#pragma once

#include "plan/wire_reader.hpp"
#include "warden/failure.hpp"

namespace sandboxd::warden {

// Host name, lo, and the cgroup namespace.
Failure fillNamespaces(const wire::PlanReader& plan) noexcept;

// The kernel itself refuses nested namespaces then, whatever filter or label does; of who has capabilities only nested
// user namespaces. Of the user namespace of this process, after the last of our own is made.
Failure forbidNamespaces(const wire::PlanReader& plan, int proc) noexcept;

} // namespace sandboxd::warden
