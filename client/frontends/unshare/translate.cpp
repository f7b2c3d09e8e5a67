#include "translate.hpp"

#include "print.hpp"

#include <charconv>

namespace sandboxd::unshare {
namespace {

using client::Namespace;
using Id = std::optional<std::uint32_t>;

constexpr std::uint32_t overflowId = 65534;   // what user_namespaces(7) shows of ids that are not mapped
constexpr std::size_t descriptionBytes = 128; // the daemon's ceiling

Id parseNumber(const std::string& text) {
    std::uint32_t number = 0;
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    return error == std::errc{} && rest == end && number != UINT32_MAX ? Id(number) : std::nullopt;
}

// One kind of id, user or group: they follow the same rules.
struct IdRequest {
    const char* word;
    const std::optional<std::string>& mapped;
    const std::optional<std::string>& set;
    std::uint32_t own;
    const std::function<Id(const std::string&)>& find;
};

std::variant<std::uint32_t, Refusal> chooseId(const IdRequest& request, bool current) {
    std::uint32_t id = current ? request.own : overflowId;
    if (request.mapped) {
        Id mapped = parseNumber(*request.mapped);
        mapped = mapped ? mapped : request.find(*request.mapped);
        if (!mapped) {
            return Refusal{std::string("unknown ") + request.word + ": " + *request.mapped};
        }
        id = *mapped;
    }
    if (request.set && parseNumber(*request.set) != Id(id)) {
        return Refusal{std::string("cannot become ") + request.word + " " + *request.set + ": it is not mapped"};
    }
    return id;
}

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
    const auto uid = chooseId({"user", command.mapUser, command.setUid, surroundings.uid, surroundings.findUser},
                              command.mapCurrent);
    const auto gid = chooseId({"group", command.mapGroup, command.setGid, surroundings.gid, surroundings.findGroup},
                              command.mapCurrent);
    for (const auto& id : {uid, gid}) {
        if (const auto* refusal = std::get_if<Refusal>(&id)) {
            return *refusal;
        }
    }
    client::Spec spec(command.arguments.empty() ? std::vector<std::string>{surroundings.shell} : command.arguments);
    spec.environment(surroundings.environment)
        .workingDirectory(directoryOf(command, surroundings))
        .namespaces(namespacesOf(command))
        .network(command.network ? client::Network::none : client::Network::host)
        .seccomp(client::Seccomp::minimal)
        .newSession(false)
        .description(ctl::printable(spec.fields().argv.front()).substr(0, descriptionBytes));
    addIdentity(command, std::get<std::uint32_t>(uid), std::get<std::uint32_t>(gid), spec);
    addMounts(command, spec);
    return spec;
}

} // namespace sandboxd::unshare
