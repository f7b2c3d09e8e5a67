// The fixed records between broker, spawner and warden, over SOCK_SEQPACKET. One record is one packet of exactly its
// size; a short, long or unknown one ends that connection and nothing else.
//
//   broker -> spawner   ReserveRequest + caller's pidfd        spawner -> broker   ReserveReply + control socket
//   warden -> broker    Facts, then Report                     broker -> warden    Launch + Plan memfd + fds, Order
//
// The end of a sandbox is the end-of-file of its control socket; how it ended stands in the status memfd of the Report.
#pragma once

#include <cstdint>
#include <type_traits>

namespace sandboxd::wire {

inline constexpr std::uint32_t idLength = 26; // base32 of 128 random bits
inline constexpr std::uint32_t labelCapacity = 1024;

enum class RecordKind : std::uint32_t {
    reserveRequest = 0x53420001,
    reserveReply,
    facts,
    launch,
    order,
    report,
    exitStatus,
};

// Asks the spawner for one warden. Carries exactly one descriptor: a pidfd of the caller, taken when the message
// arrived.
struct ReserveRequest {
    RecordKind kind;
    std::uint32_t uid;      // the caller's, by the bus daemon's word; never 0
    std::uint32_t owner;    // of the user namespace; inside the spawner's own range, never 0 or `uid`
    std::int32_t pid;       // the caller's; must be the pidfd's
    char id[idLength + 2];  // NUL-padded; [a-z2-7]{26}: names the cgroup leaf
    std::uint32_t reserved; // 0
};

// Answers in order. With error 0 it carries exactly one descriptor: the warden's control socket.
struct ReserveReply {
    RecordKind kind;
    std::int32_t error; // errno, 0 = reserved
    std::uint32_t reserved;
    char id[idLength + 2]; // of the request
};

// What confines a caller: each of these is a difference from pid 1 or a restriction that a sandbox would not inherit.
enum Confinement : std::uint32_t {
    confinedByUserNamespace = 1U << 0U,
    confinedByMountNamespace = 1U << 1U,
    confinedByPidNamespace = 1U << 2U,
    confinedByRoot = 1U << 3U,
    confinedByNoNewPrivileges = 1U << 4U,
    confinedBySeccomp = 1U << 5U,
    confinedByLabel = 1U << 6U,
    // Not dumpable, or holds a capability: the kernel refuses the probe (EACCES). So it does in another user namespace,
    // which is told apart unless root gave it all ids as they are.
    confinedByPrivilege = 1U << 7U,
    confinedByChange = 1U << 8U, // a value differed between start and end of the probe
};

// Sent once by the warden, about the caller as the probe saw it. `error` != 0: nothing else is valid and the warden has
// ended.
struct Facts {
    RecordKind kind;
    std::int32_t error;           // errno of the probe step that failed
    std::uint32_t step;           // SetupStep of that error
    std::uint32_t confinement;    // Confinement
    std::uint32_t gid;            // all four of the caller's, which are equal
    std::uint32_t seccompMode;    // of the caller
    std::uint64_t startTimeTicks; // field 22 of /proc/PID/stat, clock ticks since boot
    std::uint32_t appArmor;       // 1: AppArmor is on and `label` is valid
    std::uint32_t cgroup;         // 1: the sandbox gets a cgroup leaf of its own
    char label[labelCapacity];    // NUL-terminated, with its mode: "name (enforce)"
};

// Carries 1 + fdCount descriptors: the Plan memfd with all four seals, then the caller's.
struct Launch {
    RecordKind kind;
    std::uint32_t fdCount;
};

enum class OrderKind : std::uint32_t {
    signalLeader, // send `signal` to the payload
    end,          // end the sandbox now
};

struct Order {
    RecordKind kind;
    OrderKind order;
    std::int32_t signal;
    std::uint32_t reserved; // 0
};

// Where setup failed. The broker words it; launch/step_names.cpp has the text of each.
enum class SetupStep : std::uint32_t {
    none,
    reservation, // the spawner could not fork or make the leaf
    probe,       // looking at the caller
    plan,        // reading the Plan
    join,        // entering the caller's namespaces
    cgroup,
    namespaces, // clone3
    maps,       // uid_map, gid_map
    label,      // AppArmor, of our own processes
    identity,   // ids and groups
    limits,     // user.max_*, rlimits
    source,     // opening a mount's source: `operation` is its index
    root,       // the new root
    mount,      // `operation` is its index
    network,
    hostname,
    confine, // capabilities, no_new_privs, seccomp
    verify,  // a postcondition did not hold
    workingDirectory,
    descriptors,
    lifeline,
    exec, // errno ENOENT: not found; EACCES: not executable
    timeout,
    killed,       // init or the payload's process died during setup
    payloadLabel, // AppArmor, of the payload; errno ENOENT: not loaded
    terminal,     // taking the controlling terminal; errno ENOTTY: not a pty
    information,  // writing to info-fd or status-fd
    moreFds,      // receiving from fd-socket
    callerFilter, // `operation` is its index; errno EBADMSG: not a filter's size, EINVAL: the kernel does not take it
    // Of a native warden only: what its caller brought.
    userNamespace,
    laterUserNamespace,
    pidNamespace,
};

inline constexpr std::uint32_t noOperation = UINT32_MAX;

// Sent once, after Launch. `error` 0: the payload was executed; carries its pidfd and the status memfd.
struct Report {
    RecordKind kind;
    SetupStep step;
    std::uint32_t operation; // index into the Plan's mounts, or noOperation
    std::int32_t error;      // errno, 0 = executed
    std::int32_t leaderPid;  // in the warden's pid namespace
    std::uint32_t cgroup;    // 1: runs in its own leaf
    std::uint64_t startedRealtimeUsec;
    std::uint64_t startedMonotonicUsec;
};

// The one record of the status memfd; the memfd is empty until the sandbox has ended.
struct ExitStatus {
    RecordKind kind;
    std::int32_t code;   // siginfo's si_code: CLD_EXITED 1, CLD_KILLED 2, CLD_DUMPED 3 (sigaction(2))
    std::int32_t status; // exit status or signal
    std::uint32_t ended; // EndReason
    std::uint64_t endedRealtimeUsec;
    std::uint64_t endedMonotonicUsec;
};

enum class EndReason : std::uint32_t { leaderExited, ordered, lifelineClosed, initDied };

static_assert(std::is_trivially_copyable_v<ReserveRequest> && std::is_trivially_copyable_v<Facts> &&
              std::is_trivially_copyable_v<Report> && std::is_trivially_copyable_v<ExitStatus>);

} // namespace sandboxd::wire
