// What a payload's process says and waits for between its confinement and its exec: info-fd, status-fd, block-fd. It
// runs as the caller, so that a descriptor that hangs holds nobody else.
#pragma once

#include "plan/wire_reader.hpp"
#include "warden/descriptors.hpp"
#include "warden/failure.hpp"

namespace sandboxd::warden {

// The pid, as the caller's pid namespace has it, and the namespaces that are new, as JSON. Step information.
Failure tellInformation(const wire::PlanReader& plan, OwnDescriptors& own) noexcept;

// Returns when `block` has a byte or its end; at once for -1.
void awaitUnblocked(int block) noexcept;

// One line on stderr.
void sayNotExecuted(const wire::PlanReader& plan, int error) noexcept;

} // namespace sandboxd::warden
