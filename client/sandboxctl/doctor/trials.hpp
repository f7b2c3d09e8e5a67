// What no file tells and only trying shows. Each trial ends with everything that it made.
#pragma once

#include "facts.hpp"

namespace sandboxd::ctl::doctor {

// In a child: a user namespace of its own, then what tools do in one, until a step fails.
[[nodiscard]] NamespaceTrial tryNamespaces();

// The program `true` in a sandbox as `sandboxctl run` makes it. Never asks for a password.
[[nodiscard]] SandboxTrial trySandbox();

// This kernel tells by a pidfd how a process ended (Linux 6.15).
[[nodiscard]] bool tryPidfdExit();

} // namespace sandboxd::ctl::doctor
