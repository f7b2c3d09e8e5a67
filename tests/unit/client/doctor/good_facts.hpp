// A restricted host where everything of ours works, asked by an ordinary user: tests change one fact of it.
#pragma once

#include "doctor/facts.hpp"
#include "doctor/finding.hpp"

#include <cerrno>
#include <ostream>

namespace sandboxd::ctl::doctor {

inline HostFacts goodHost() {
    HostFacts host;
    host.kernel = "6.12.1";
    host.appArmor = {true, true, std::nullopt, "unconfined", true};
    host.unprivilegedUsernsClone = 0;
    host.maxUserNamespaces = 7777;
    host.kernelHasSeccomp = true;
    host.systemd = true;
    host.procMounted = true;
    host.cgroups = {{"/sys/fs/cgroup", true}};
    return host;
}

inline client::BusFacts goodBus() {
    client::BusFacts bus;
    bus.pid = 7;
    bus.givesProcessFd = true;
    bus.polkit = {true, "126", ""};
    bus.daemon = {true, "0.1.0", ""};
    bus.actions = {"org.sandboxd1.manage-others", "org.sandboxd1.spawn"};
    bus.features = {"interface:1", "network:none", "option:argv0"};
    bus.units = {{"sandboxd.service", "loaded", "active"}, {"sandboxd-spawner.socket", "loaded", "active"}};
    return bus;
}

inline Facts goodFacts() {
    Facts facts;
    facts.host = goodHost();
    facts.bus = goodBus();
    facts.busDaemon = "dbus-daemon";
    facts.pidfdTellsExit = true;
    facts.namespaces = NamespaceTrial{NamespaceStep::userNamespace, EPERM};
    facts.sandbox = SandboxTrial{true, "", "", "sandboxd-payload", true};
    return facts;
}

// The same host, but no sandbox can be started, for whatever reason.
inline Facts factsWithout(const char* errorName, const char* error) {
    Facts facts = goodFacts();
    facts.sandbox = SandboxTrial{false, errorName, error, "", false};
    return facts;
}
inline Facts factsWithout() {
    return factsWithout("org.sandboxd1.Error.SetupFailed", "namespaces: cannot clone: No space left on device");
}

// The same host, seen by root.
inline Facts factsOfRoot() {
    Facts facts = goodFacts();
    facts.namespaces.reset();
    facts.sandbox.reset();
    facts.host.chrooted = false;
    facts.host.appArmor.profiles = {
        {"sandboxd", "enforce"},         {"sandboxd-payload", "enforce"},         {"sandboxd-payload-root", "enforce"},
        {"sandboxd-spawner", "enforce"}, {"sandboxd-spawner//warden", "enforce"}, {"other", "complain"}};
    return facts;
}

inline std::ostream& operator<<(std::ostream& stream, const Finding& finding) {
    return stream << '{' << static_cast<int>(finding.state) << ' ' << finding.name << ": " << finding.text << " -> "
                  << finding.remedy << '}';
}

} // namespace sandboxd::ctl::doctor
