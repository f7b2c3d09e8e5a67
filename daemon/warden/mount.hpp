// The mount operations of the Plan, in order, inside the new root: one function for each kind, one table.
#pragma once

#include "plan/wire_reader.hpp"
#include "warden/failure.hpp"
#include "warden/host.hpp"
#include "warden/mount_table.hpp"
#include "warden/new_root.hpp"

namespace sandboxd::warden {

Failure runMounts(const Host& host, const wire::PlanReader& plan, MountTable& table, NewRoot& root) noexcept;

// An operation makes something that has no place in the root before it is mounted.
bool needsScratch(const wire::PlanReader& plan) noexcept;

// What fstatfs says of every held mount holds what was asked for. Step verify.
Failure verifyMounts(const wire::PlanReader& plan, const MountTable& table) noexcept;

} // namespace sandboxd::warden
