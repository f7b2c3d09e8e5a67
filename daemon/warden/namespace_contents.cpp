#include "warden/namespace_contents.hpp"

#include "warden/namespaces.hpp"
#include "warden/network.hpp"
#include "warden/proc_text.hpp"

#include <sched.h>
#include <unistd.h>

#include <cstring>

namespace sandboxd::warden {

namespace {

Failure nameHost(const wire::PlanReader& plan) noexcept {
    const char* name = plan.text(plan.header().hostname);
    if (name == nullptr || ::sethostname(name, std::strlen(name)) == 0) {
        return success;
    }
    return failed(SetupStep::hostname);
}

Failure startNetwork(const wire::PlanReader& plan) noexcept {
    const bool wanted = plan.header().network == static_cast<unsigned>(wire::Network::loopback);
    return !wanted || raiseLoopback() ? success : failed(SetupStep::network);
}

// Only now: a cgroup namespace has the creator's cgroup as its root, and the clone put init into its leaf.
Failure newCgroupNamespace(const wire::PlanReader& plan) noexcept {
    const bool wanted = (plan.header().namespaces & wire::unshareCgroup) != 0;
    return !wanted || ::unshare(CLONE_NEWCGROUP) == 0 ? success : failed(SetupStep::namespaces);
}

// The first alone for who has capabilities: its other namespaces are its own affair.
constexpr const char* limits[] = {"sys/user/max_user_namespaces",   "sys/user/max_mnt_namespaces",
                                  "sys/user/max_pid_namespaces",    "sys/user/max_ipc_namespaces",
                                  "sys/user/max_uts_namespaces",    "sys/user/max_net_namespaces",
                                  "sys/user/max_cgroup_namespaces", "sys/user/max_time_namespaces"};
constexpr std::size_t namespaceLimitCount = sizeof limits / sizeof limits[0];

} // namespace

Failure fillNamespaces(const wire::PlanReader& plan) noexcept {
    for (const auto step : {nameHost, startNetwork, newCgroupNamespace}) {
        if (const Failure failure = step(plan)) {
            return failure;
        }
    }
    return success;
}

Failure forbidNamespaces(const wire::PlanReader& plan, int proc) noexcept {
    if ((plan.header().process & wire::processNesting) != 0) {
        return success;
    }
    const std::size_t count = hasInnerNamespace(plan.header()) ? 1 : namespaceLimitCount;
    for (std::size_t i = 0; i < count; ++i) {
        if (!writeProc(proc, limits[i], "0")) {
            return failed(SetupStep::limits);
        }
    }
    return success;
}

} // namespace sandboxd::warden
