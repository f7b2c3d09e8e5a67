#include "engine/convert.hpp"

#include "engine/convert_mount.hpp"
#include "plan/wire_format.hpp"
#include "spec/parse.hpp"
#include "spec/validate.hpp"

#include <algorithm>

namespace sandboxd::engine {
namespace {

struct Conversion {
    const client::SpecFields& fields;
    spec::Spec spec{};
    DescriptorTable descriptors{};
};

template <typename Value, typename Member> Result<void> put(Result<Value> value, Member& member) {
    if (!value) {
        return std::move(value).error();
    }
    member = std::move(value).value();
    return {};
}

// Nothing that was asked for is left out: what cannot be had here is refused.
Result<void> checkPossible(Conversion& it) {
    const client::SpecFields& fields = it.fields;
    const auto seccomp = fields.seccomp.value_or(client::Seccomp::standard);
    const struct {
        const char* key;
        bool asked;
    } rows[] = {{"profile", !fields.profile.empty()},
                {"require", !fields.require.empty()},
                {"identity", fields.identity == client::Identity::host},
                {"seccomp", seccomp != client::Seccomp::minimal && seccomp != client::Seccomp::off}};
    for (const auto& [key, asked] : rows) {
        if (asked) {
            return Error{ErrorCode::notSupported, std::string(key) + ": only the daemon can do this"};
        }
    }
    return {};
}

Result<void> convertCommand(Conversion& it) {
    if (Result<void> done = put(spec::parseArguments(it.fields.argv), it.spec.argv); !done) {
        return done;
    }
    if (Result<void> done = put(spec::parseEnvironment(it.fields.environment), it.spec.environment); !done) {
        return done;
    }
    it.spec.argv0 = it.fields.argv0;
    it.spec.newSession = it.fields.newSession.value_or(true);
    if (!it.fields.workingDirectory) {
        return {};
    }
    return put(spec::AbsolutePath::parse("cwd", *it.fields.workingDirectory), it.spec.workingDirectory);
}

Result<void> convertMounts(Conversion& it) {
    for (std::size_t i = 0; i < it.fields.mounts.size(); ++i) {
        Result<spec::MountOperation> operation = convertMount(it.fields.mounts[i], i, it.descriptors);
        if (!operation) {
            return std::move(operation).error();
        }
        it.spec.mounts.push_back(std::move(operation).value());
    }
    return {};
}

spec::Network networkOf(client::Network network) {
    switch (network) {
    case client::Network::none:
        return spec::Network::none;
    case client::Network::loopback:
        return spec::Network::loopback;
    case client::Network::host:
        return spec::Network::host;
    }
    return spec::Network::none;
}

Result<void> convertNamespaces(Conversion& it) {
    using client::Namespace;
    it.spec.network = networkOf(it.fields.network.value_or(client::Network::none));
    it.spec.hostname = it.fields.hostname;
    if (!it.fields.namespaces) {
        return {};
    }
    const std::vector<Namespace>& own = *it.fields.namespaces;
    const auto has = [&](Namespace kind) { return std::find(own.begin(), own.end(), kind) != own.end(); };
    if (!has(Namespace::mount)) {
        return Error{ErrorCode::invalidOption, "namespaces: \"mount\" must be in it"};
    }
    it.spec.namespaces = {has(Namespace::pid), has(Namespace::ipc), has(Namespace::uts), has(Namespace::cgroup),
                          has(Namespace::time)};
    return {};
}

Result<void> convertIds(Conversion& it) {
    if (it.fields.uid) {
        if (Result<void> uid = put(spec::parseId("uid", *it.fields.uid), it.spec.ids.uid); !uid) {
            return uid;
        }
    }
    return it.fields.gid ? put(spec::parseId("gid", *it.fields.gid), it.spec.ids.gid) : Result<void>();
}

Result<void> convertIdentity(Conversion& it) {
    const bool isCapable = it.fields.identity == client::Identity::namespaceRoot;
    it.spec.identity = isCapable ? spec::Identity::namespaceRoot : spec::Identity::mapped;
    it.spec.nestedUserNamespaces = it.fields.nestedUserNamespaces.value_or(false);
    it.spec.init = it.fields.init.value_or(true);
    if (!it.fields.capabilities) {
        return {};
    }
    return put(spec::parseCapabilities(*it.fields.capabilities), it.spec.capabilities);
}

Result<void> convertDescriptors(Conversion& it) {
    const client::SpecFields& fields = it.fields;
    for (const auto& [number, fd] : fields.descriptors) {
        it.spec.fds[number] = {it.descriptors.add(fd)};
    }
    for (const int fd : fields.seccompFilters) {
        it.spec.seccompFds.push_back({it.descriptors.add(fd)});
    }
    it.spec.lifeline = it.descriptors.add(fields.lifeline);
    it.spec.terminal = it.descriptors.add(fields.terminal);
    it.spec.info = it.descriptors.add(fields.infoDescriptor);
    it.spec.status = it.descriptors.add(fields.statusDescriptor);
    it.spec.block = it.descriptors.add(fields.blockDescriptor);
    it.spec.sync = it.descriptors.add(fields.syncDescriptor);
    if (it.descriptors.size() > wire::maxPayloadFds) {
        return Error{ErrorCode::limitsExceeded, "fds: more than " + std::to_string(wire::maxPayloadFds) + " in all"};
    }
    it.spec.fdCount = static_cast<std::uint32_t>(it.descriptors.size());
    return {};
}

Result<void> convertLife(Conversion& it) {
    const bool byDescriptor = it.fields.lifetime == client::Lifetime::descriptor;
    it.spec.lifetime = byDescriptor ? spec::Lifetime::fd : spec::Lifetime::call;
    it.spec.description = it.fields.description.value_or("");
    if (it.fields.startTimeout) {
        const auto usec = std::max<std::int64_t>(it.fields.startTimeout->count(), 0);
        it.spec.startTimeoutUsec = static_cast<std::uint64_t>(usec);
    }
    return {};
}

} // namespace

Result<Request> convert(const client::SpecFields& fields) {
    Conversion it{fields};
    for (const auto step : {checkPossible, convertCommand, convertMounts, convertNamespaces, convertIds,
                            convertIdentity, convertDescriptors, convertLife}) {
        if (Result<void> done = step(it); !done) {
            return std::move(done).error();
        }
    }
    if (Result<void> valid = spec::validate(it.spec); !valid) {
        return std::move(valid).error();
    }
    return Request{std::move(it.spec), std::move(it.descriptors).release()};
}

} // namespace sandboxd::engine
