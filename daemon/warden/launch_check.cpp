#include "warden/launch_check.hpp"

#include "base/lifeline.hpp"

namespace sandboxd::warden {

namespace {

bool hasGroup(const ProbeRecord& record, std::uint32_t group) noexcept {
    for (std::uint32_t i = 0; i < record.groupCount; ++i) {
        if (record.groups[i] == group) {
            return true;
        }
    }
    return group == record.gid;
}

} // namespace

Failure checkCaller(const CallerView& caller) noexcept {
    // Not servable, whatever the policy says: their ids or pids mean something else than ours.
    constexpr std::uint32_t foreign = wire::confinedByUserNamespace | wire::confinedByPidNamespace |
                                      wire::confinedByPrivilege | wire::confinedByChange;
    if (caller.record.complete == 0 || (caller.record.confinement & foreign) != 0) {
        return failedWith(ESTALE, SetupStep::probe);
    }
    return success;
}

Failure checkPlan(const wire::PlanReader& plan, const Reservation& reservation, const Host& host,
                  const CallerView& caller) noexcept {
    const wire::Header& header = plan.header();
    if (header.uid != reservation.uid || header.gid != caller.record.gid) {
        return failedWith(EPERM, SetupStep::plan);
    }
    for (const std::uint32_t group : plan.groups()) {
        if (!hasGroup(caller.record, group)) {
            return failedWith(EPERM, SetupStep::plan);
        }
    }
    if ((header.label != 0) != host.appArmor) {
        return failedWith(EINVAL, SetupStep::label); // never a payload without a label where AppArmor is on
    }
    return success;
}

Failure checkLifeline(int fd) noexcept {
    return isLifeline(fd) ? success : failedWith(EBADF, SetupStep::lifeline);
}

} // namespace sandboxd::warden
