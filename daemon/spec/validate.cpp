#include "spec/validate.hpp"

#include "base/quote.hpp"

#include <algorithm>

namespace sandboxd::spec {
namespace {

// The warden keeps its own descriptors above these (wire::maxPayloadFds).
constexpr std::uint32_t highestPayloadFd = 252;

Result<void> checkIndex(const Spec& spec, const std::string& key, std::uint32_t index) {
    if (index >= spec.fdCount) {
        return Error{ErrorCode::badFileDescriptor, key + ": index " + std::to_string(index) + " is beyond the " +
                                                       std::to_string(spec.fdCount) + " descriptors of the request"};
    }
    return {};
}

Result<void> checkPayloadFds(const Spec& spec) {
    for (const auto& [number, index] : spec.fds) {
        if (number > highestPayloadFd) {
            return Error{ErrorCode::badFileDescriptor, "fds: number " + std::to_string(number) + " is above 252"};
        }
        if (Result<void> inside = checkIndex(spec, "fds", index.value); !inside) {
            return inside;
        }
    }
    return {};
}

// The descriptor that an operation takes from the request, if any.
const RequestFd* fdOf(const MountOperation& operation) {
    if (const auto* bind = std::get_if<Bind>(&operation)) {
        return std::get_if<RequestFd>(&bind->source);
    }
    if (const auto* file = std::get_if<File>(&operation)) {
        return std::get_if<RequestFd>(&file->content);
    }
    const auto* file = std::get_if<BindFile>(&operation);
    return file == nullptr ? nullptr : std::get_if<RequestFd>(&file->content);
}

Result<void> checkOverlay(const Overlay& overlay, const std::string& key) {
    const std::size_t least = overlay.kind == Overlay::Kind::readOnly ? 2 : 1;
    if (overlay.lower.size() < least) {
        return Error{ErrorCode::invalidOption, key + "lower: fewer than " + std::to_string(least) + " layers"};
    }
    return {};
}

Result<void> checkMount(const Spec& spec, const MountOperation& operation, const std::string& key) {
    const RequestFd* fd = fdOf(operation);
    const auto* bind = std::get_if<Bind>(&operation);
    if (fd != nullptr) {
        if (Result<void> inside = checkIndex(spec, key + (bind != nullptr ? "source" : "content"), fd->index);
            !inside) {
            return inside;
        }
    }
    if (fd != nullptr && bind != nullptr && !bind->recursive) {
        return Error{ErrorCode::conflictingOptions,
                     key + "recursive: a descriptor is bound with all that is mounted below it"};
    }
    if (std::holds_alternative<Mqueue>(operation) && !spec.namespaces.ipc) {
        return Error{ErrorCode::conflictingOptions, key + "\"mqueue\" needs \"ipc\" in namespaces"};
    }
    if (std::holds_alternative<Sysfs>(operation) && spec.network == Network::host) {
        return Error{ErrorCode::conflictingOptions, key + "\"sysfs\" needs another network than \"host\""};
    }
    const auto* overlay = std::get_if<Overlay>(&operation);
    return overlay == nullptr ? Result<void>() : checkOverlay(*overlay, key);
}

Result<void> checkMounts(const Spec& spec) {
    for (std::size_t position = 0; position < spec.mounts.size(); ++position) {
        const std::string key = "mounts: operation " + std::to_string(position) + ": ";
        if (Result<void> checked = checkMount(spec, spec.mounts[position], key); !checked) {
            return checked;
        }
    }
    return {};
}

Result<void> checkFilters(const Spec& spec) {
    for (const FdIndex filter : spec.seccompFds) {
        if (Result<void> inside = checkIndex(spec, "seccomp-fds", filter.value); !inside) {
            return inside;
        }
    }
    return {};
}

// A lifeline beside `call` is no contradiction: whichever ends first ends the sandbox.
Result<void> checkLifetime(const Spec& spec) {
    if (spec.lifetime == Lifetime::fd && !spec.lifeline) {
        return Error{ErrorCode::conflictingOptions, "lifetime: \"fd\" needs a lifeline"};
    }
    if (spec.lifeline) {
        return checkIndex(spec, "lifeline", spec.lifeline->value);
    }
    return {};
}

Result<void> checkReports(const Spec& spec) {
    const struct {
        const char* key;
        const std::optional<FdIndex>& index;
    } options[] = {{"fd-socket", spec.fdSocket},
                   {"info-fd", spec.info},
                   {"status-fd", spec.status},
                   {"block-fd", spec.block},
                   {"sync-fd", spec.sync}};
    for (const auto& [key, index] : options) {
        if (!index) {
            continue;
        }
        if (Result<void> inside = checkIndex(spec, key, index->value); !inside) {
            return inside;
        }
    }
    return {};
}

// Only who leads a session can have a controlling terminal.
Result<void> checkTerminal(const Spec& spec) {
    if (!spec.terminal) {
        return {};
    }
    if (!spec.newSession) {
        return Error{ErrorCode::conflictingOptions, "terminal: needs a new session"};
    }
    return checkIndex(spec, "terminal", spec.terminal->value);
}

bool isHostname(std::string_view text) {
    constexpr std::string_view allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-";
    return !text.empty() && text.size() <= 64 && text.find_first_not_of(allowed) == std::string_view::npos;
}

Result<void> checkHostname(const Spec& spec) {
    if (!spec.hostname) {
        return {};
    }
    if (!isHostname(*spec.hostname)) {
        return Error{ErrorCode::invalidOption,
                     "hostname: " + quote(*spec.hostname) + " is not 1 to 64 of A-Z a-z 0-9 . -"};
    }
    if (!spec.namespaces.uts) {
        return Error{ErrorCode::conflictingOptions, "hostname: needs \"uts\" in namespaces"};
    }
    return {};
}

Result<void> checkId(const std::string& key, std::optional<std::uint32_t> id, const std::optional<MappedId>& map) {
    if (id && map && *id != map->inside) {
        return Error{ErrorCode::conflictingOptions,
                     key + ": " + std::to_string(*id) + " is not mapped by " + quote(key + "-map")};
    }
    return {};
}

Result<void> checkIds(const Spec& spec) {
    if (Result<void> uid = checkId("uid", spec.ids.uid, spec.ids.uidMap); !uid) {
        return uid;
    }
    return checkId("gid", spec.ids.gid, spec.ids.gidMap);
}

// Nothing but its pid namespace and its filter parts such a payload from the caller's other processes.
Result<void> checkHostIdentity(const Spec& spec) {
    const struct {
        bool broken;
        const char* why;
    } rules[] = {
        {!spec.namespaces.pid, "needs \"pid\" in namespaces"},
        {spec.ids.uid || spec.ids.uidMap, "has no \"uid\" or \"uid-map\" of its own"},
        {spec.ids.gid || spec.ids.gidMap, "has no \"gid\" or \"gid-map\" of its own"},
        {spec.seccomp == Seccomp::off, "needs a filter"},
        {spec.nestedUserNamespaces, "excludes \"nested-userns\""},
        {!spec.init, "needs an init: the payload cannot be process 1"},
    };
    for (const auto& rule : rules) {
        if (rule.broken) {
            return Error{ErrorCode::conflictingOptions, std::string("identity: \"host\" ") + rule.why};
        }
    }
    return {};
}

Result<void> checkIdentity(const Spec& spec) {
    if (spec.capabilities.value_or(0) != 0 && spec.identity != Identity::namespaceRoot) {
        return Error{ErrorCode::conflictingOptions, "capabilities: need the identity \"namespace-root\""};
    }
    return spec.identity == Identity::host ? checkHostIdentity(spec) : Result<void>();
}

bool locksFiles(const Spec& spec) {
    return std::any_of(spec.mounts.begin(), spec.mounts.end(),
                       [](const MountOperation& operation) { return std::holds_alternative<LockFile>(operation); });
}

// Who is process 1 comes with its pid namespace, and holds nothing for the sandbox's life.
Result<void> checkInit(const Spec& spec) {
    if (spec.init) {
        return {};
    }
    if (!spec.namespaces.pid) {
        return Error{ErrorCode::conflictingOptions, "init: the payload can be process 1 of a new pid namespace only"};
    }
    if (spec.sync) {
        return Error{ErrorCode::conflictingOptions, "sync-fd: needs an init that holds it"};
    }
    if (locksFiles(spec)) {
        return Error{ErrorCode::conflictingOptions, "mounts: \"lock-file\" needs an init that holds the lock"};
    }
    return {};
}

Result<void> checkStartTimeout(const Spec& spec) {
    if (spec.startTimeoutUsec && *spec.startTimeoutUsec == 0) {
        return Error{ErrorCode::invalidOption, "start-timeout-usec: 0 leaves no time"};
    }
    return {};
}

// personality(2) takes this value for a question.
Result<void> checkPersonality(const Spec& spec) {
    if (spec.personality == UINT32_MAX) {
        return Error{ErrorCode::invalidOption, "personality: 4294967295 is none"};
    }
    return {};
}

} // namespace

Result<void> validate(const Spec& spec) {
    for (const auto check : {checkPayloadFds, checkMounts, checkFilters, checkLifetime, checkTerminal, checkReports,
                             checkHostname, checkIds, checkIdentity, checkInit, checkStartTimeout, checkPersonality}) {
        if (Result<void> outcome = check(spec); !outcome) {
            return outcome;
        }
    }
    return {};
}

} // namespace sandboxd::spec
