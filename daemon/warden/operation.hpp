// One mount operation of the Plan as init carries it out: what it says, what is held for it, and the root it is made
// in.
#pragma once

#include "plan/wire_reader.hpp"
#include "warden/host.hpp"
#include "warden/mount_table.hpp"
#include "warden/new_root.hpp"

#include <cstdint>

namespace sandboxd::warden {

struct Operation {
    const wire::PlanReader& plan;
    const wire::MountStep& step;
    HeldMount& held;
    MountTable& table;
    NewRoot& root;
    const Host& host;

    // Parents of what a group or others may not use are closed to them as well.
    [[nodiscard]] Target target() const noexcept {
        const std::uint32_t group = hasMode() && (step.mode & 0070U) == 0 ? 0050U : 0U;
        const std::uint32_t others = hasMode() && (step.mode & 0007U) == 0 ? 0005U : 0U;
        return {plan.text(step.target), 0755U & ~(group | others), (step.flags & wire::mountNoSymlinks) == 0};
    }
    [[nodiscard]] bool isReadOnly() const noexcept { return (step.flags & wire::mountReadOnly) != 0; }

private:
    [[nodiscard]] bool hasMode() const noexcept {
        const auto kind = static_cast<wire::MountKind>(step.kind);
        return kind == wire::MountKind::tmpfs || kind == wire::MountKind::directory || kind == wire::MountKind::file ||
               kind == wire::MountKind::bindFile;
    }
};

} // namespace sandboxd::warden
