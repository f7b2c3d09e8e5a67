// What the spawner opened or read at its start and what one reservation adds: all that a warden knows before it has
// seen the caller. Plain values; the descriptors belong to the process.
#pragma once

#include "plan/warden_protocol.hpp"

#include <sys/types.h>

#include <cstdint>

namespace sandboxd::warden {

// A file by device and inode: enough to tell namespaces apart while one of the two is held open.
struct FileId {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::uint64_t mount = 0; // the root directory's only

    friend bool operator==(const FileId&, const FileId&) = default;
};

// Pid 1's: a caller that differs is confined.
struct InitialView {
    FileId user;
    FileId mount;
    FileId pid;
    FileId root;
};

// Native only: what the caller brings in place of what would be made, by its descriptors; -1 for none.
struct Brought {
    int userNamespace = -1;      // the sandbox is built in it
    int laterUserNamespace = -1; // all that has been built changes to it
    int pidNamespace = -1;       // the sandbox's processes are in it, or in a new one below it
    bool maps = false;           // somebody outside writes the id maps of the new user namespace:
    int info = -1;               // tells them whose, and so does
    int status = -1;             // this, in its form
    int block = -1;              // a byte or its end says that they are written

    // Which ids somebody has inside is known only there.
    [[nodiscard]] bool decidesIds() const noexcept { return userNamespace >= 0 || laterUserNamespace >= 0 || maps; }
};

// All of them.
inline constexpr int Brought::*broughtDescriptors[] = {&Brought::userNamespace, &Brought::laterUserNamespace,
                                                       &Brought::pidNamespace,  &Brought::info,
                                                       &Brought::status,        &Brought::block};

struct Host {
    int proc = -1;    // O_PATH of /proc, a procfs: after a warden has joined a caller, no path is resolved any more
    int devNull = -1; // of the host: a caller's /dev/null may be anything
    bool appArmor = false;
    // There is no spawner: our processes are the caller's own, with its limits and in its namespaces anyway. They are
    // in the sandbox's user namespace already, or root's, and may do there what is to be done.
    bool native = false;
    bool passesToRoot = false; // native only: capabilities pass an exec(2) of uid 0 by all sets, as bubblewrap has them
    // Native only, with ranges of ids (native_maps.hpp): the caller's own may have another number than the payload's,
    // or none and yet be the payload's.
    bool hasRanges = false;
    bool keepsUid = false;
    bool keepsGid = false;
    bool dropsGroups = false; // native only: the payload has none of the caller's supplementary ones
    Brought brought;
    InitialView initial;
};

struct Reservation {
    uid_t uid = 0;
    uid_t owner = 0; // of the user namespace
    pid_t pid = 0;
    int pidfd = -1;
    int control = -1;
    int leaf = -1;     // the sandbox's cgroup, -1 = none
    int leafKill = -1; // its cgroup.kill
    int leafPids = -1; // its pids.max, -1 = no such controller
};

} // namespace sandboxd::warden
