#include "translate.hpp"

#include "choose_ids.hpp"
#include "print.hpp"

#include <utility>

namespace sandboxd::unshare {
namespace {

using client::Namespace;

constexpr std::size_t descriptionBytes = 128; // the daemon's ceiling

// The kernel makes all others for their capabilities only, which a user namespace gives.
std::optional<Refusal> checkNamespaces(const Command& command) {
    const bool others =
        command.mount || command.uts || command.ipc || command.network || command.pid || command.cgroup || command.time;
    if (others && !command.user) {
        return Refusal{"unshare failed: Operation not permitted"};
    }
    return std::nullopt;
}

std::vector<Namespace> namespacesOf(const Command& command) {
    std::vector<Namespace> unshared{Namespace::mount};
    const std::pair<bool, Namespace> wanted[] = {{command.pid, Namespace::pid},
                                                 {command.ipc, Namespace::ipc},
                                                 {command.uts, Namespace::uts},
                                                 {command.cgroup, Namespace::cgroup},
                                                 {command.time, Namespace::time}};
    for (const auto& [is, which] : wanted) {
        if (is) {
            unshared.push_back(which);
        }
    }
    return unshared;
}

// Everything that the caller has, as unshare leaves it: devices and writing included.
void addMounts(const Command& command, client::Spec& spec) {
    client::Bind everything{command.root.value_or("/"), "/"};
    everything.devices = true;
    spec.mount(everything);
    if (command.procMount) {
        spec.mount(client::Proc{*command.procMount});
    }
}

// Uid 0 of a user namespace has its capabilities, any other id loses them when the program is executed. Whether anybody
// may have them is the daemon's to say.
void addIdentity(const Command& command, std::uint32_t uid, std::uint32_t gid, client::Spec& spec) {
    const bool capable = uid == 0 || command.keepCapabilities;
    spec.identity(capable ? client::Identity::namespaceRoot : client::Identity::mapped).uid(uid).gid(gid);
}

std::string directoryOf(const Command& command, const Surroundings& surroundings) {
    if (command.workingDirectory) {
        return *command.workingDirectory;
    }
    return command.root ? "/" : surroundings.workingDirectory;
}

} // namespace

Translation translate(const Command& command, const Surroundings& surroundings) {
    if (const auto refusal = checkNamespaces(command)) {
        return *refusal;
    }
    if (!command.user) {
        return Refusal{"without --user nothing is to be unshared", true};
    }
    auto ids = chooseIds(command, surroundings);
    if (const auto* refusal = std::get_if<Refusal>(&ids)) {
        return *refusal;
    }
    auto& chosen = std::get<ChosenIds>(ids);
    client::Spec spec(command.arguments.empty() ? std::vector<std::string>{surroundings.shell} : command.arguments);
    spec.environment(surroundings.environment)
        .workingDirectory(directoryOf(command, surroundings))
        .namespaces(namespacesOf(command))
        .network(command.network ? client::Network::none : client::Network::host)
        .seccomp(client::Seccomp::minimal)
        .newSession(false)
        .description(ctl::printable(spec.fields().argv.front()).substr(0, descriptionBytes));
    addIdentity(command, chosen.uid, chosen.gid, spec);
    addMounts(command, spec);
    return Sandbox{std::move(spec), std::move(chosen.maps)};
}

} // namespace sandboxd::unshare
