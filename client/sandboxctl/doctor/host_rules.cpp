// Rules on the kernel and what it is told by sysctls and mounts.
#include "rules.hpp"

#include <algorithm>

namespace sandboxd::ctl::doctor {
namespace {

std::string number(std::uint64_t value) {
    return std::to_string(value);
}

std::string restrictionsText(const HostFacts& host) {
    std::string text;
    if (host.unprivilegedUsernsClone == 0) {
        text += "kernel.unprivileged_userns_clone=0";
    }
    if (host.appArmorRestrictsUserns && *host.appArmorRestrictsUserns != 0) {
        text += (text.empty() ? "" : ", ");
        text += "kernel.apparmor_restrict_unprivileged_userns=" + number(*host.appArmorRestrictsUserns);
    }
    return text;
}

} // namespace

Finding judgeKernel(const Facts& facts) {
    if (facts.host.kernel.empty()) {
        return {"kernel", State::note, "not known: cannot read /proc/sys/kernel/osrelease", "mount /proc"};
    }
    return {"kernel", State::ok, "Linux " + facts.host.kernel, ""};
}

Finding judgeNamespaceLimit(const Facts& facts) {
    const auto limit = facts.host.maxUserNamespaces;
    if (!limit) {
        return {"namespace-limit", State::note, "not known: cannot read user.max_user_namespaces", ""};
    }
    if (*limit == 0) {
        return {"namespace-limit", obstacle(facts),
                "user.max_user_namespaces=0: nobody can make a user namespace, root and sandboxd included",
                "sysctl user.max_user_namespaces=15000, and look for the file in /etc/sysctl.d that says 0"};
    }
    return {"namespace-limit", State::ok, "user.max_user_namespaces=" + number(*limit), ""};
}

Finding judgeRestrictions(const Facts& facts) {
    const std::string restrictions = restrictionsText(facts.host);
    if (restrictions.empty()) {
        return {"restrictions", State::ok, "no sysctl keeps users from making user namespaces", ""};
    }
    return {"restrictions", State::ok, restrictions + ": meant to be so, sandboxd needs no change of it", ""};
}

Finding judgeSeccomp(const Facts& facts) {
    if (!facts.host.kernelHasSeccomp) {
        return {"seccomp", obstacle(facts), "no sign of it in /proc/sys/kernel/seccomp/actions_avail",
                "boot a kernel with CONFIG_SECCOMP_FILTER"};
    }
    return {"seccomp", State::ok, "system call filters are there", ""};
}

Finding judgeCgroups(const Facts& facts) {
    const std::vector<CgroupMount>& mounts = facts.host.cgroups;
    const std::string lost = ": limits, and the kill of a whole sandbox at once, are missing";
    if (mounts.empty()) {
        return {"cgroup", State::warning, "no cgroup v2 is mounted" + lost, "mount -t cgroup2 none /sys/fs/cgroup"};
    }
    const auto writable = std::find_if(mounts.begin(), mounts.end(), [](const auto& one) { return one.writable; });
    if (writable == mounts.end()) {
        return {"cgroup", State::warning, "cgroup v2 at " + mounts.front().path + " is read-only" + lost,
                "mount -o remount,rw " + mounts.front().path};
    }
    if (facts.sandbox && facts.sandbox->worked && !facts.sandbox->ownCgroup) {
        return {"cgroup", State::warning, "the sandbox got no control group of its own" + lost,
                "systemctl status sandboxd-sandboxes.service"};
    }
    const bool shown = facts.sandbox && facts.sandbox->worked;
    return {"cgroup", State::ok, "v2 at " + writable->path + (shown ? "; a sandbox gets a group of its own" : ""), ""};
}

Finding judgePidfds(const Facts& facts) {
    if (!facts.pidfdTellsExit) {
        return {"pidfd", State::note, "does not tell how a program ended (Linux 6.15 does): clients ask the daemon",
                ""};
    }
    return {"pidfd", State::ok, "tells how a program ended", ""};
}

} // namespace sandboxd::ctl::doctor
