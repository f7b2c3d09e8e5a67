// The Plan as bytes: what the broker writes into a sealed memfd and the warden reads in place.
//
// One flat, position-independent block: a Header, then tables and NUL-terminated strings that the header names by their
// byte offset from the start of the block. Offset 0 means "absent". Both sides are built from one source for one
// machine, so integers are native; `version` changes with the layout. The warden trusts nothing in it: wire_reader.hpp
// checks every offset, count and closed choice once, before anything is done.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace sandboxd::wire {

inline constexpr std::uint32_t planMagic = 0x31504253; // "SBP1"
inline constexpr std::uint32_t planVersion = 2;

// Ceilings that the warden holds by itself, whatever the broker says; policy/limits.hpp is checked against them.
inline constexpr std::uint32_t maxPlanSize = 1U << 21U; // bytes
inline constexpr std::uint32_t maxArguments = 16384;
inline constexpr std::uint32_t maxEnvironment = 4096;
inline constexpr std::uint32_t maxMounts = 1024;
inline constexpr std::uint32_t maxLayers = 1024; // directories of all overlays together
inline constexpr std::uint32_t maxGroups = 1024;
inline constexpr std::uint32_t maxPayloadFds = 253;
inline constexpr std::uint32_t maxFilterLength = 4096; // BPF_MAXINSNS, linux/bpf_common.h
inline constexpr std::uint32_t maxCallerFilters = 16;

using Offset = std::uint32_t; // of a NUL-terminated string; 0 = absent

// `count` elements of a type that the field names, the first at `offset`, aligned for that type.
struct Table {
    std::uint32_t offset;
    std::uint32_t count;
};

enum class MountKind : std::uint32_t {
    bind,  // source (path) or fd -> target
    tmpfs, // mode, size
    proc,
    dev, // the private /dev: null zero full random urandom tty, pts, shm, ptmx, fd, stdin, stdout, stderr
    devpts,
    directory, // mode
    file,      // content, mode
    symlink,   // content of the link in `source`
    remountReadOnly,
    mqueue,
    sysfs,
    overlay,  // lowers; writable with `source` as its upper directory and `work`, else read-only or temporary
    bindFile, // content, mode
    chmod,    // mode
    mask,
    lockFile,
};
inline constexpr std::uint32_t mountKindCount = 16;

enum MountFlag : std::uint32_t {
    mountReadOnly = 1U << 0U,
    mountRecursive = 1U << 1U,
    mountSourceIsFd = 1U << 2U, // bind, file, bindFile: `fd` is valid, `source` and content absent
    mountNoSymlinks = 1U << 3U, // neither the source's path nor the target's holds one
    mountDevices = 1U << 4U,    // bind: devices can be opened
    mountOptional = 1U << 5U,   // bind: without a source there is no mount
};
inline constexpr std::uint32_t knownMountFlags =
    mountReadOnly | mountRecursive | mountSourceIsFd | mountNoSymlinks | mountDevices | mountOptional;

struct MountStep {
    std::uint32_t kind;  // MountKind
    std::uint32_t flags; // MountFlag
    Offset target;       // absolute path inside the new root
    Offset source;       // bind, overlay: path in the caller's view, relative to its working directory or absolute;
                         // symlink: the link's text
    std::int32_t fd;     // index into the descriptors of Launch, -1 = none
    std::uint32_t mode;  // permission bits
    std::uint32_t contentOffset;
    std::uint32_t contentSize; // bytes, file and bindFile only
    std::uint64_t size;        // bytes, tmpfs only; 0 = the kernel's default
    Table lowers;              // Offset each, as `source`, the uppermost first; overlay only
    Offset work;               // as `source`; overlay only
    std::uint32_t unused;      // 0
};

// The payload gets descriptor `index` of Launch as its number `number`. 0 to 2 that are not assigned are /dev/null.
struct FdAssignment {
    std::uint32_t number;
    std::uint32_t index;
};

enum class Network : std::uint32_t { none, loopback, host };
inline constexpr std::uint32_t networkCount = 3;

enum class IdentityKind : std::uint32_t { mapped, host, namespaceRoot };
inline constexpr std::uint32_t identityCount = 3;

// Namespaces that the sandbox does not share with the caller. User and mount are always new and not listed.
enum NamespaceFlag : std::uint32_t {
    unsharePid = 1U << 0U,
    unshareIpc = 1U << 1U,
    unshareUts = 1U << 2U,
    unshareCgroup = 1U << 3U,
    unshareTime = 1U << 4U,
};
inline constexpr std::uint32_t knownNamespaceFlags = unsharePid | unshareIpc | unshareUts | unshareCgroup | unshareTime;

// How the payload's process starts.
enum ProcessFlag : std::uint32_t {
    processNewSession = 1U << 0U, // it leads a session
    processIsFirst = 1U << 1U,    // it is process 1 of a new pid namespace
    processNesting = 1U << 2U,    // it may make user namespaces
};
inline constexpr std::uint32_t knownProcessFlags = processNewSession | processIsFirst | processNesting;

// One packet of the socket that carries more descriptors: as many numbers as descriptors, each that of the payload for
// the descriptor at its place. All packets are there before the request is made.
inline constexpr std::uint32_t maxFdNumbers = maxPayloadFds;
using FdNumber = std::uint32_t;

struct Header {
    std::uint32_t magic;
    std::uint32_t version;
    std::uint32_t size; // of the whole block, equal to the memfd's size
    std::uint32_t identity;
    std::uint32_t uid;              // the caller's; must be the reservation's. No other is ever mapped
    std::uint32_t gid;              // the caller's primary group; must be the probe's
    std::uint32_t insideUid;        // what `uid` is inside
    std::uint32_t insideGid;        // what `gid` is inside
    std::uint32_t namespaces;       // NamespaceFlag
    std::uint32_t network;          // Network
    Table groups;                   // std::uint32_t, supplementary groups of the caller's connection
    Table arguments;                // Offset each; at least one
    Table environment;              // Offset each, "NAME=value"
    Table mounts;                   // MountStep, in order
    Table fds;                      // FdAssignment, ascending numbers
    Table filter;                   // struct sock_filter, the payload's; may be empty
    Table idleFilter;               // struct sock_filter, idle init's; never empty in what a broker sends
    Table callerFilters;            // std::uint32_t, indexes into the descriptors of Launch: further filters
    Offset program;                 // searched in the payload's PATH if it has no slash
    Offset workingDirectory;        // absolute, inside the new root; absent = "/"
    Offset hostname;                // absent = unchanged
    Offset label;                   // AppArmor label of the payload, absent = AppArmor is off
    std::int32_t lifeline;          // index into the descriptors of Launch, -1 = none
    std::int32_t terminal;          // index of a pty that becomes the controlling terminal, -1 = none
    std::int32_t fdSocket;          // index of a socket that carries more descriptors, see FdNumber; -1 = none
    std::int32_t info;              // index of what is told who the payload is, on several lines; -1 = none
    std::int32_t status;            // the same on one line
    std::int32_t block;             // index of what the payload waits for before its exec, -1 = none
    std::int32_t sync;              // index of what init holds open to its end, -1 = none
    std::uint32_t process;          // ProcessFlag
    std::uint32_t personality;      // personality(2), the payload's
    std::uint32_t fdCount;          // descriptors that follow the Plan in Launch
    std::uint64_t setupTimeoutUsec; // from Launch to the payload's exec
    std::uint64_t capabilities;     // the payload's, 1 << number each; from a broker with namespaceRoot only
};

static_assert(std::is_trivially_copyable_v<Header> && std::is_trivially_copyable_v<MountStep>);
static_assert(sizeof(Header) % alignof(std::uint64_t) == 0);
static_assert(offsetof(MountStep, size) % alignof(std::uint64_t) == 0);

} // namespace sandboxd::wire
