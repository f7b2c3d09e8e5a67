// Rules on what was tried: namespaces as other tools make them, and a sandbox.
#include "rules.hpp"

#include <array>
#include <cerrno>
#include <cstring>

namespace sandboxd::ctl::doctor {
namespace {

constexpr const char* asUser = "sandboxctl --as USER doctor";
constexpr const char* logs = "journalctl -u sandboxd.service -u sandboxd-spawner.service";

const char* nameOf(NamespaceStep step) {
    switch (step) {
    case NamespaceStep::userNamespace:
        return "make a user namespace";
    case NamespaceStep::identityMap:
        return "write the id maps of a user namespace";
    case NamespaceStep::mountNamespace:
        return "make a mount namespace in a user namespace";
    case NamespaceStep::tmpfs:
        return "mount a tmpfs in a user namespace";
    case NamespaceStep::pidNamespace:
        return "make a pid namespace in a user namespace";
    case NamespaceStep::proc:
        return "mount a new /proc";
    case NamespaceStep::done:
        break;
    }
    return "";
}

bool isPermission(int errorNumber) {
    return errorNumber == EPERM || errorNumber == EACCES;
}

// A fact that explains why a step was refused. The first that fits is the one that the kernel comes to first.
struct Reason {
    bool (*fits)(const HostFacts&, const NamespaceTrial&);
    const char* text;
};

constexpr std::array reasons{
    Reason{[](const HostFacts&, const NamespaceTrial& trial) { return trial.errorNumber == 0; },
           "something killed the process that tried, most likely a seccomp filter"},
    Reason{[](const HostFacts& host, const NamespaceTrial& trial) {
               return trial.errorNumber == ENOSPC && host.maxUserNamespaces == 0;
           },
           "user.max_user_namespaces=0"},
    Reason{[](const HostFacts&, const NamespaceTrial& trial) { return trial.errorNumber == ENOSPC; },
           "the limit user.max_user_namespaces is reached"},
    Reason{[](const HostFacts&, const NamespaceTrial& trial) {
               return trial.errorNumber == EINVAL || trial.errorNumber == ENOSYS;
           },
           "a kernel without them, or a seccomp filter"},
    Reason{[](const HostFacts& host, const NamespaceTrial& trial) {
               return trial.failed == NamespaceStep::proc && !host.procCovers.empty();
           },
           "parts of /proc are covered"},
    Reason{[](const HostFacts& host, const NamespaceTrial& trial) {
               return trial.failed == NamespaceStep::userNamespace && trial.errorNumber == EPERM &&
                      host.unprivilegedUsernsClone == 0;
           },
           "kernel.unprivileged_userns_clone=0"},
    Reason{[](const HostFacts& host, const NamespaceTrial& trial) {
               return trial.failed == NamespaceStep::userNamespace && trial.errorNumber == EPERM &&
                      host.chrooted.value_or(false);
           },
           "a process in a chroot may not"},
    Reason{[](const HostFacts& host, const NamespaceTrial&) {
               return host.appArmorRestrictsUserns && *host.appArmorRestrictsUserns != 0;
           },
           "kernel.apparmor_restrict_unprivileged_userns: AppArmor takes all rights from it"},
    Reason{[](const HostFacts& host, const NamespaceTrial&) { return host.filtered; },
           "a seccomp filter on this process"},
    Reason{[](const HostFacts&, const NamespaceTrial& trial) {
               return trial.failed == NamespaceStep::userNamespace && trial.errorNumber == EPERM;
           },
           "no sysctl says why: perhaps a chroot"},
};

std::string labelReason(const HostFacts& host, const NamespaceTrial& trial) {
    const std::string& label = host.appArmor.ownLabel;
    return isPermission(trial.errorNumber) && !label.empty() && label != "unconfined"
               ? "the AppArmor label of this process, " + label
               : "";
}

std::string reasonOf(const HostFacts& host, const NamespaceTrial& trial) {
    // AppArmor answers EACCES for user namespaces, everybody else EPERM.
    if (trial.errorNumber == EACCES) {
        if (std::string label = labelReason(host, trial); !label.empty()) {
            return label;
        }
    }
    for (const Reason& reason : reasons) {
        if (reason.fits(host, trial)) {
            return reason.text;
        }
    }
    const std::string label = labelReason(host, trial);
    return label.empty() ? "not known why" : label;
}

std::string attemptOf(const NamespaceTrial& trial) {
    const std::string attempt = std::string("cannot ") + nameOf(trial.failed);
    return trial.errorNumber == 0 ? attempt : attempt + ": " + strerrordesc_np(trial.errorNumber);
}

// What to look at for each error of the daemon's or the bus's.
struct Remedy {
    const char* errorName;
    const char* text;
};

constexpr std::array remedies{
    Remedy{"org.freedesktop.DBus.Error.AccessDenied",
           "look for the polkit rule: pkaction --verbose --action-id org.sandboxd1.spawn; ls /etc/polkit-1/rules.d"},
    Remedy{"org.freedesktop.DBus.Error.InteractiveAuthorizationRequired",
           "a polkit rule wants a password: sandboxctl run asks for it in a terminal"},
    Remedy{"org.sandboxd1.Error.AuthorityUnavailable", "see polkit and actions above"},
    Remedy{"org.sandboxd1.Error.CallerConfined", "see container, chroot and caller above"},
    Remedy{"org.sandboxd1.Error.RateLimited", "wait some seconds"},
    Remedy{"org.sandboxd1.Error.Busy", "wait some seconds"},
    Remedy{"org.freedesktop.DBus.Error.LimitsExceeded", "end some of your sandboxes: sandboxctl kill --all"},
};

std::string remedyFor(const std::string& errorName) {
    for (const Remedy& remedy : remedies) {
        if (errorName == remedy.errorName) {
            return remedy.text;
        }
    }
    return std::string("see what is broken above; ") + logs;
}

} // namespace

Finding judgeOtherTools(const Facts& facts) {
    if (!facts.namespaces) {
        return {"other-tools", State::note, "bwrap, nsjail, unshare: not tried, root may do it all", asUser};
    }
    if (facts.namespaces->failed == NamespaceStep::done) {
        return {"other-tools", State::ok, "bwrap, nsjail, unshare work for this user as well", ""};
    }
    return {"other-tools", State::note,
            "bwrap, nsjail, unshare fail for this user: " + attemptOf(*facts.namespaces) + " (" +
                reasonOf(facts.host, *facts.namespaces) + ")",
            facts.sandbox && facts.sandbox->worked ? "sandboxctl run works without" : ""};
}

Finding judgeSandbox(const Facts& facts) {
    if (!facts.sandbox) {
        return {"sandbox", State::note, "not tried: root gets no sandbox", asUser};
    }
    if (!facts.sandbox->worked) {
        return {"sandbox", State::broken, facts.sandbox->error, remedyFor(facts.sandbox->errorName)};
    }
    return {"sandbox", State::ok, "true ran in one", ""};
}

} // namespace sandboxd::ctl::doctor
