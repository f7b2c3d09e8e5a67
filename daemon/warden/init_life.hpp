// How an init lives: with its warden, as what the Plan says, and for nothing but reaping once all is built.
#pragma once

#include "plan/wire_reader.hpp"
#include "warden/failure.hpp"
#include "warden/host.hpp"
#include "warden/identity.hpp"

namespace sandboxd::warden {

// `socket`: to the warden. After the last change of ids, which undoes it: with it no half-built sandbox outlives its
// warden.
Failure dieWithWarden(int socket) noexcept;

Failure takeInitLabel(const Host& host) noexcept;

// No capability, the idle label, no_new_privs, the idle filter: all that is left is to wait.
Failure confineForLife(const Host& host, const wire::PlanReader& plan, const Ids& ids, int socket) noexcept;

// Natively a process can be joined only while it may be traced. When the warden closes its end of `socket`, the payload
// has joined. False: it could not be hidden, or is not confined.
bool hideOnceJoined(const wire::PlanReader& plan, const Ids& ids, int socket) noexcept;

// The payload is the warden's child; what comes here are its orphans.
[[noreturn]] void reapForLife() noexcept;

} // namespace sandboxd::warden
