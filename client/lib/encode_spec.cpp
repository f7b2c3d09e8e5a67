#include "encode_spec.hpp"

#include "encode_mount.hpp"
#include "errors.hpp"
#include "overflow.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/personality.h>

namespace sandboxd::client {
namespace {

const char* nameOf(Namespace kind) {
    switch (kind) {
    case Namespace::mount:
        return "mount";
    case Namespace::pid:
        return "pid";
    case Namespace::ipc:
        return "ipc";
    case Namespace::uts:
        return "uts";
    case Namespace::cgroup:
        return "cgroup";
    case Namespace::time:
        return "time";
    }
    return "";
}

const char* nameOf(Identity kind) {
    switch (kind) {
    case Identity::mapped:
        return "mapped";
    case Identity::host:
        return "host";
    case Identity::namespaceRoot:
        return "namespace-root";
    }
    return "";
}

const char* nameOf(Seccomp kind) {
    switch (kind) {
    case Seccomp::standard:
        return "default";
    case Seccomp::strict:
        return "strict";
    case Seccomp::minimal:
        return "minimal";
    case Seccomp::off:
        return "off";
    }
    return "";
}

const char* nameOf(Network kind) {
    switch (kind) {
    case Network::none:
        return "none";
    case Network::loopback:
        return "loopback";
    case Network::host:
        return "host";
    }
    return "";
}

const char* nameOf(Lifetime kind) {
    switch (kind) {
    case Lifetime::call:
        return "call";
    case Lifetime::descriptor:
        return "fd";
    }
    return "";
}

Result<void> checkDescriptors(const SpecFields& fields) {
    std::vector<int> all = descriptorsBesidePayloads(fields);
    for (const auto& [number, fd] : fields.descriptors) {
        all.push_back(fd);
    }
    for (const int fd : all) {
        if (::fcntl(fd, F_GETFD) < 0) {
            return systemError(ErrorKind::invalidRequest, "fds: cannot send descriptor " + std::to_string(fd), errno);
        }
    }
    return {};
}

Result<void> checkString(const char* key, const std::string& text) {
    if (!isString(text)) {
        return localError(ErrorKind::invalidRequest, std::string(key) + ": not a text in UTF-8");
    }
    return {};
}

Result<void> checkStrings(const SpecFields& fields) {
    if (auto checked = checkString("profile", fields.profile); !checked) {
        return checked;
    }
    if (auto checked = checkString("hostname", fields.hostname.value_or("")); !checked) {
        return checked;
    }
    if (auto checked = checkString("description", fields.description.value_or("")); !checked) {
        return checked;
    }
    for (const std::string& name : fields.capabilities.value_or(std::vector<std::string>())) {
        if (auto checked = checkString("capabilities", name); !checked) {
            return checked;
        }
    }
    for (const std::string& feature : fields.require) {
        if (auto checked = checkString("require", feature); !checked) {
            return checked;
        }
    }
    return {};
}

void writeDescriptors(Writer& writer, const SpecFields& fields, const Overflow& overflow) {
    writer.array("{uh}", [&](Writer& list) {
        if (overflow.descriptors) {
            return;
        }
        for (const auto& [number, fd] : fields.descriptors) {
            list.entry([&, ours = fd, payloads = number](Writer& pair) {
                pair.uint32(payloads);
                pair.descriptor(ours);
            });
        }
    });
}

void writeDescriptor(Writer& options, const char* key, const std::optional<int>& fd) {
    if (fd) {
        options.option(key, "h", [&](Writer& value) { value.descriptor(*fd); });
    }
}

void writeBoolean(Writer& options, const char* key, const std::optional<bool>& truth) {
    if (truth) {
        options.option(key, "b", [&](Writer& value) { value.boolean(*truth); });
    }
}

void writeBytes(Writer& options, const char* key, const std::optional<std::string>& text) {
    if (text) {
        options.option(key, "ay", [&](Writer& value) { value.bytes(*text); });
    }
}

void writeString(Writer& options, const char* key, const std::optional<std::string>& text) {
    if (text) {
        options.option(key, "s", [&](Writer& value) { value.string(*text); });
    }
}

template <typename Choice> void writeChoice(Writer& options, const char* key, const std::optional<Choice>& choice) {
    if (choice) {
        options.option(key, "s", [&](Writer& value) { value.string(nameOf(*choice)); });
    }
}

void writeNumber(Writer& options, const char* key, std::optional<std::uint32_t> number) {
    if (number) {
        options.option(key, "u", [&](Writer& value) { value.uint32(*number); });
    }
}

void writeIdentity(Writer& options, const SpecFields& fields) {
    writeChoice(options, "identity", fields.identity);
    writeNumber(options, "uid", fields.uid);
    writeNumber(options, "gid", fields.gid);
    if (fields.capabilities) {
        options.option("capabilities", "as", [&](Writer& value) { value.stringList(*fields.capabilities); });
    }
    writeBoolean(options, "nested-userns", fields.nestedUserNamespaces);
}

void writeSeccomp(Writer& options, const SpecFields& fields) {
    writeChoice(options, "seccomp", fields.seccomp);
    if (fields.seccompFilters.empty()) {
        return;
    }
    options.option("seccomp-fds", "ah", [&](Writer& value) {
        value.array("h", [&](Writer& list) {
            for (const int fd : fields.seccompFilters) {
                list.descriptor(fd);
            }
        });
    });
}

void writeNamespaces(Writer& options, const SpecFields& fields) {
    if (!fields.namespaces) {
        return;
    }
    std::vector<std::string> names;
    for (const Namespace kind : *fields.namespaces) {
        names.emplace_back(nameOf(kind));
    }
    options.option("namespaces", "as", [&](Writer& value) { value.stringList(names); });
}

void writeMounts(Writer& options, const SpecFields& fields) {
    if (fields.mounts.empty()) {
        return;
    }
    options.option("mounts", "a(sa{sv})", [&](Writer& value) {
        value.array("(sa{sv})", [&](Writer& list) {
            for (const MountOperation& operation : fields.mounts) {
                writeMount(list, operation);
            }
        });
    });
}

void writeDescriptor(Writer& options, const char* key, const Descriptor& fd) {
    writeDescriptor(options, key, fd ? std::optional(fd.get()) : std::nullopt);
}

// The caller's own, which the daemon may not read: 32-bit builds and debuggers set it and expect to pass it on.
void writePersonality(Writer& options) {
    constexpr unsigned long question = 0xffffffff; // personality(2)
    const int own = ::personality(question);
    if (own != PER_LINUX && own != -1) {
        options.option("personality", "u", [&](Writer& value) { value.uint32(static_cast<std::uint32_t>(own)); });
    }
}

void writeProcess(Writer& options, const SpecFields& fields, const Overflow& overflow) {
    writeBytes(options, "argv0", fields.argv0);
    writeBytes(options, "cwd", fields.workingDirectory);
    writeDescriptor(options, "argv-fd", overflow.arguments);
    writeDescriptor(options, "env-fd", overflow.environment);
    writeDescriptor(options, "fd-socket", overflow.descriptors);
    if (!fields.environment.empty() && !overflow.environment) {
        options.option("env", "aay", [&](Writer& value) { value.bytesList(fields.environment); });
    }
    writePersonality(options);
    writeBoolean(options, "init", fields.init);
    writeBoolean(options, "new-session", fields.newSession);
    writeDescriptor(options, "terminal", fields.terminal);
    writeDescriptor(options, "info-fd", fields.infoDescriptor);
    writeDescriptor(options, "status-fd", fields.statusDescriptor);
    writeDescriptor(options, "block-fd", fields.blockDescriptor);
    writeDescriptor(options, "sync-fd", fields.syncDescriptor);
}

void writeLife(Writer& options, const SpecFields& fields) {
    writeChoice(options, "lifetime", fields.lifetime);
    writeDescriptor(options, "lifeline", fields.lifeline);
    if (fields.startTimeout) {
        const auto usec = static_cast<std::uint64_t>(std::max<std::int64_t>(fields.startTimeout->count(), 0));
        options.option("start-timeout-usec", "t", [&](Writer& value) { value.uint64(usec); });
    }
}

void writeOptions(Writer& writer, const SpecFields& fields, const Overflow& overflow) {
    writer.array("{sv}", [&](Writer& options) {
        writeProcess(options, fields, overflow);
        writeMounts(options, fields);
        writeNamespaces(options, fields);
        writeIdentity(options, fields);
        writeSeccomp(options, fields);
        writeString(options, "hostname", fields.hostname);
        writeChoice(options, "network", fields.network);
        writeLife(options, fields);
        writeString(options, "description", fields.description);
        if (!fields.require.empty()) {
            options.option("require", "as", [&](Writer& value) { value.stringList(fields.require); });
        }
    });
}

} // namespace

Result<Message> encodeSpawn(const SpecFields& fields) {
    if (auto checked = checkStrings(fields); !checked) {
        return std::move(checked).error();
    }
    if (auto checked = checkDescriptors(fields); !checked) {
        return std::move(checked).error();
    }
    const Result<Overflow> overflow = takeOverflow(fields);
    if (!overflow) {
        return overflow.error();
    }
    Message message = methodCall("/org/sandboxd1", "org.sandboxd1.Manager", "Spawn");
    if (!message) {
        return outOfMemory();
    }
    Writer writer(message.get());
    writer.string(fields.profile);
    writer.bytesList(overflow.value().arguments ? std::vector<std::string>{fields.argv.front()} : fields.argv);
    writeDescriptors(writer, fields, overflow.value());
    writeOptions(writer, fields, overflow.value());
    if (!writer.ok()) {
        return outOfMemory();
    }
    return message;
}

} // namespace sandboxd::client
