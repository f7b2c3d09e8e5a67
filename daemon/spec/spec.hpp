// What the caller wants, as checked types. Nothing here touches the system: a Spec that exists is well-formed,
// validate.hpp says whether its parts fit together.
#pragma once

#include "spec/capability.hpp"
#include "spec/mount.hpp"
#include "spec/path.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sandboxd::spec {

// Position of a descriptor among those that came with the request; always inside that list.
struct FdIndex {
    std::uint32_t value = 0;
    friend bool operator==(FdIndex, FdIndex) = default;
};

// Namespaces that the sandbox does not share with its caller. User and mount namespaces are always new. A new time
// namespace has no offset of its own; it is the only one that must be asked for.
struct Namespaces {
    bool pid = true;
    bool ipc = true;
    bool uts = true;
    bool cgroup = true;
    bool time = false;
    friend bool operator==(const Namespaces&, const Namespaces&) = default;
};

// mapped: a user namespace of nobody's, no capability. host: the caller's ids as they are outside, in no user namespace
// of its own. namespaceRoot: capabilities in a second user namespace, which holds those of its mounts that the sandbox
// made to what they are.
enum class Identity { mapped, host, namespaceRoot };

// A line of an id map: `inside` stands for `outside`, an id of the caller's namespace.
struct MappedId {
    std::uint32_t inside = 0;
    std::uint32_t outside = 0;
    friend bool operator==(const MappedId&, const MappedId&) = default;
};

// Which ids the payload has inside. Nothing said: the caller's own, one to one.
struct InsideIds {
    std::optional<std::uint32_t> uid;
    std::optional<std::uint32_t> gid;
    std::optional<MappedId> uidMap;
    std::optional<MappedId> gidMap;
};

enum class Seccomp { standard, strict, minimal, off };
enum class Network { none, loopback, host };
enum class Lifetime { call, fd };

struct Spec {
    std::string profile;                  // "" is the built-in one
    std::vector<std::string> argv;        // at least one, the first not empty; no NUL anywhere
    std::optional<std::string> argv0;     // what the payload sees instead of argv[0]
    std::vector<std::string> environment; // "NAME=value", names unique
    std::optional<AbsolutePath> workingDirectory;
    std::map<std::uint32_t, FdIndex> fds; // the payload's number -> what it gets there
    std::vector<MountOperation> mounts;
    Namespaces namespaces;
    Identity identity = Identity::mapped;
    InsideIds ids;
    std::optional<CapabilitySet> capabilities; // inside; nothing said: all that the identity allows
    bool nestedUserNamespaces = false;         // the payload may make user namespaces itself
    bool init = true;                          // false: the payload is process 1
    Seccomp seccomp = Seccomp::standard;
    std::vector<FdIndex> seccompFds; // further filters, in order; each only narrows
    std::optional<std::string> hostname;
    Network network = Network::none;
    Lifetime lifetime = Lifetime::call;
    std::optional<FdIndex> lifeline;
    bool newSession = true;           // false: the payload leads none
    std::optional<FdIndex> terminal;  // pty that becomes its controlling terminal
    std::optional<FdIndex> fdSocket;  // carries more of the payload's descriptors
    std::optional<FdIndex> info;      // told who the payload is, over several lines
    std::optional<FdIndex> status;    // the same on one line
    std::optional<FdIndex> block;     // the payload waits for it before its exec
    std::optional<FdIndex> sync;      // held open until the sandbox has ended
    std::string description;          // <= 128 bytes
    std::vector<std::string> require; // feature tokens
    std::optional<std::uint64_t> startTimeoutUsec;
    std::uint32_t personality = 0; // personality(2)
    std::uint32_t fdCount = 0;     // descriptors that came with the request
};

} // namespace sandboxd::spec
