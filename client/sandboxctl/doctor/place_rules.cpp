// Rules on where this process stands: a container, a chroot, a filter of its own.
#include "rules.hpp"

#include <algorithm>

namespace sandboxd::ctl::doctor {
namespace {

void append(std::string& list, const std::string& item) {
    list += (list.empty() ? "" : ", ") + item;
}

std::string joined(const std::vector<std::string>& items) {
    std::string text;
    for (const std::string& item : items) {
        append(text, item);
    }
    return text;
}

// "name (unconfined)" and complain hold nothing back.
bool isConfining(const std::string& label) {
    const auto endsWith = [&](const char* mode) { return label.ends_with(mode); };
    return !label.empty() && label != "unconfined" && !endsWith(" (unconfined)") && !endsWith(" (complain)");
}

std::string confinementOf(const HostFacts& host) {
    std::string text;
    if (isConfining(host.appArmor.ownLabel)) {
        append(text, "by the AppArmor label " + host.appArmor.ownLabel);
    }
    if (host.filtered) {
        append(text, "by a seccomp filter");
    }
    if (host.noNewPrivileges) {
        append(text, "by no_new_privs");
    }
    return text;
}

} // namespace

Finding judgeContainer(const Facts& facts) {
    const HostFacts& host = facts.host;
    const std::string kind = host.container.empty() ? "" : " (" + host.container + ")";
    if (!host.initialUserNamespace) {
        return {"container", obstacle(facts),
                "this process is in a user namespace" + kind + ": callers in one are not served",
                "run it outside, as the host's user"};
    }
    if (!host.container.empty()) {
        return {"container", State::note, "this is a container" + kind + ": its daemon must run in it, too", ""};
    }
    return {"container", State::ok, "none seen", ""};
}

Finding judgeRoot(const Facts& facts) {
    if (!facts.host.chrooted) {
        return {"chroot", State::ok, "none seen; root alone can be sure", ""};
    }
    if (*facts.host.chrooted) {
        return {"chroot", obstacle(facts), "this process is in a chroot: callers in one need polkit's leave",
                "run it outside of the chroot"};
    }
    return {"chroot", State::ok, "none", ""};
}

Finding judgeProc(const Facts& facts) {
    if (!facts.host.procMounted) {
        return {"proc", obstacle(facts), "no /proc is mounted at /proc", "mount -t proc proc /proc"};
    }
    if (!facts.host.procCovers.empty()) {
        return {"proc", obstacle(facts),
                "parts of /proc are covered (" + joined(facts.host.procCovers) +
                    "): the kernel lets no sandbox mount a /proc of its own",
                "umount what covers them; in a container: leave /proc unmasked"};
    }
    return {"proc", State::ok, "whole", ""};
}

Finding judgeCaller(const Facts& facts) {
    const std::string confinement = confinementOf(facts.host);
    if (confinement.empty()) {
        return {"caller", State::ok, "nothing confines this process", ""};
    }
    return {"caller", obstacle(facts),
            "this process is confined " + confinement + ": refused unless a polkit rule allows it",
            "call from an unconfined shell, or allow org.sandboxd1.spawn-confined-caller by a polkit rule"};
}

} // namespace sandboxd::ctl::doctor
