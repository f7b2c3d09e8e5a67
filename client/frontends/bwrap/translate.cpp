#include "translate.hpp"

#include "environment.hpp"
#include "path_inside.hpp"

#include <algorithm>
#include <cstdlib>

namespace sandboxd::bwrap {
namespace {

constexpr std::size_t descriptionBytes = 128; // the daemon's ceiling

// Bits that may be set by options and that the daemon takes: files of a sandbox are never setuid.
constexpr std::uint32_t modeBits = 01777;

client::Overlay overlayOf(const Operation& operation, std::string target, client::OverlayKind kind) {
    client::Overlay overlay{{operation.lower.rbegin(), operation.lower.rend()}, std::move(target), {}, {}, kind};
    if (kind == client::OverlayKind::writable) {
        overlay.upper = operation.source;
        overlay.work = operation.work;
    }
    return overlay;
}

client::MountOperation mountOf(const Operation& operation, bool ownPids) {
    std::string target = pathInside(operation.target);
    const std::uint32_t mode = operation.mode & modeBits;
    switch (operation.kind) {
    case Kind::bind:
        return client::Bind{operation.source, std::move(target), operation.readOnly, operation.devices,
                            operation.optional};
    case Kind::bindDescriptor:
        return client::BindDescriptor{operation.descriptor, std::move(target), operation.readOnly};
    case Kind::proc:
        if (!ownPids) {
            return client::Bind{"/proc", std::move(target)}; // of the pid namespace that is shared
        }
        return client::Proc{std::move(target)};
    case Kind::dev:
        return client::Dev{std::move(target)};
    case Kind::tmpfs:
        return client::Tmpfs{std::move(target), mode, operation.size};
    case Kind::directory:
        return client::Directory{std::move(target), mode};
    case Kind::symlink:
        return client::Symlink{operation.source, std::move(target)};
    case Kind::remountReadOnly:
        return client::RemountReadOnly{std::move(target)};
    case Kind::overlay:
        return overlayOf(operation, std::move(target), client::OverlayKind::writable);
    case Kind::temporaryOverlay:
        return overlayOf(operation, std::move(target), client::OverlayKind::temporary);
    case Kind::readOnlyOverlay:
        return overlayOf(operation, std::move(target), client::OverlayKind::readOnly);
    case Kind::mqueue:
        return client::Mqueue{std::move(target)};
    case Kind::file:
        return client::File{std::move(target), "", operation.descriptor, mode};
    case Kind::bindFile:
        return client::BindFile{std::move(target), "", operation.descriptor, mode, operation.readOnly};
    case Kind::chmod:
        return client::Chmod{std::move(target), mode};
    }
    std::abort(); // a kind that the compiler has not seen
}

std::vector<client::Namespace> namespacesOf(const Unshared& unshared) {
    std::vector<client::Namespace> kinds{client::Namespace::mount};
    if (unshared.pid) {
        kinds.push_back(client::Namespace::pid);
    }
    if (unshared.ipc) {
        kinds.push_back(client::Namespace::ipc);
    }
    if (unshared.uts) {
        kinds.push_back(client::Namespace::uts);
    }
    if (unshared.cgroup || unshared.cgroupTry) {
        kinds.push_back(client::Namespace::cgroup);
    }
    return kinds;
}

// Descriptors that options use up: the command does not get them.
std::vector<int> usedDescriptors(const Command& command) {
    const Descriptors& named = command.descriptors;
    std::vector<int> used = named.addedSeccomp;
    for (const std::optional<int>& one : {named.block, named.info, named.jsonStatus, named.seccomp, named.userns,
                                          named.userns2, named.pidns, named.usernsBlock}) {
        used.push_back(one.value_or(-1));
    }
    if (!command.asPid1) {
        used.push_back(named.sync.value_or(-1)); // process 1 keeps it, which is then the command
    }
    for (const Operation& operation : command.operations) {
        used.push_back(operation.descriptor);
    }
    return used;
}

void addDescriptors(client::Spec& spec, const Command& command, const Surroundings& surroundings) {
    const std::vector<int> used = usedDescriptors(command);
    for (const int descriptor : surroundings.descriptors) {
        if (std::find(used.begin(), used.end(), descriptor) == used.end()) {
            spec.descriptor(static_cast<std::uint32_t>(descriptor), descriptor);
        }
    }
}

std::vector<std::string> environmentOf(const Command& command, const Surroundings& surroundings,
                                       const std::string& directory) {
    std::vector<std::string> environment = buildEnvironment(surroundings.environment, command.environment);
    setVariable(environment, "PWD", directory);
    return environment;
}

// The program's name and nothing of its arguments, which may hold secrets and are shown in lists.
std::string describe(const std::string& program) {
    std::string text = program.substr(0, descriptionBytes);
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
    return text;
}

std::vector<std::string> argumentsOf(const Command& command, const Surroundings& surroundings) {
    std::vector<std::string> arguments = command.argv;
    if (arguments.front() == "/proc/self/exe") {
        arguments.front() = surroundings.ownProgram; // self would be another process
    }
    return arguments;
}

void addIdentity(client::Spec& spec, const Command& command) {
    if (!command.capabilities.empty()) {
        spec.identity(client::Identity::namespaceRoot)
            .capabilities({command.capabilities.begin(), command.capabilities.end()});
    }
    if (command.uid) {
        spec.uid(*command.uid);
    }
    if (command.gid) {
        spec.gid(*command.gid);
    }
}

// bubblewrap filters nothing of its own accord: debuggers and programs of other architectures run.
void addFilters(client::Spec& spec, const Command& command) {
    spec.seccomp(client::Seccomp::minimal);
    if (command.descriptors.seccomp) {
        spec.seccompFilter(*command.descriptors.seccomp);
    }
    for (const int descriptor : command.descriptors.addedSeccomp) {
        spec.seccompFilter(descriptor);
    }
}

void addMounts(Translation& translation, const Command& command) {
    for (std::size_t i = 0; i < command.operations.size(); ++i) {
        const Operation& operation = command.operations[i];
        if (!operation.optional || !operation.source.empty()) { // nothing is there for sure
            translation.spec.mount(mountOf(operation, command.unshared.pid || command.descriptors.pidns));
            translation.origins.emplace_back(i);
        }
    }
    // Behind all others: bubblewrap locks in the finished root.
    for (std::size_t i = 0; i < command.lockFiles.size(); ++i) {
        translation.spec.mount(client::LockFile{pathInside(command.lockFiles[i])});
        translation.origins.emplace_back(command.operations.size() + i);
    }
}

void addWatched(client::Spec& spec, const Command& command, const std::vector<int>& open) {
    const Descriptors& named = command.descriptors;
    const auto isOpen = [&](std::optional<int> descriptor) {
        return descriptor && std::find(open.begin(), open.end(), *descriptor) != open.end();
    };
    const bool isToldEarlier = named.usernsBlock.has_value(); // to who writes the id maps
    if (named.info && !isToldEarlier) {
        spec.infoDescriptor(*named.info);
    }
    if (named.jsonStatus && !isToldEarlier) {
        spec.statusDescriptor(*named.jsonStatus);
    }
    // Of these two bubblewrap does not miss one that is closed.
    if (isOpen(named.block)) {
        spec.blockDescriptor(*named.block);
    }
    if (isOpen(named.sync) && !command.asPid1) {
        spec.syncDescriptor(*named.sync);
    }
}

} // namespace

Translation translate(const Command& command, const Surroundings& surroundings, const std::string& directory) {
    Translation translation{client::Spec(argumentsOf(command, surroundings)), {}};
    client::Spec& spec = translation.spec;
    addMounts(translation, command);
    addDescriptors(spec, command, surroundings);
    spec.environment(environmentOf(command, surroundings, directory))
        .workingDirectory(pathInside(directory))
        .namespaces(namespacesOf(command.unshared))
        .network(command.unshared.net ? client::Network::loopback : client::Network::host)
        .newSession(command.newSession)
        .description(describe(command.argv.front()))
        .argv0(command.argv0.value_or(command.argv.front()));
    addIdentity(spec, command);
    addFilters(spec, command);
    addWatched(spec, command, surroundings.descriptors);
    if (command.asPid1) {
        spec.init(false);
    }
    if (command.hostname) {
        spec.hostname(*command.hostname);
    }
    return translation;
}

} // namespace sandboxd::bwrap
