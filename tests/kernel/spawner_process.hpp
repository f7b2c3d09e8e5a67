// A spawner of this build, started as service managers do, with a socket, an owner range and a cgroup tree of its own.
#pragma once

#include "base/unique_fd.hpp"
#include "plan/warden_protocol.hpp"

#include <sys/types.h>

#include <cstddef>
#include <string>

namespace sandboxd::kernel_test {

inline constexpr uid_t brokerUid = 64001; // owns the socket file; no such account
inline constexpr uid_t callerUid = 64002;
inline constexpr gid_t callerGid = 64002;
inline constexpr gid_t extraGid = 64003; // a supplementary group of the caller
inline constexpr uid_t strangerUid = 64004;
inline constexpr uid_t firstOwner = 0x7F000000;

// A directory of this run that everybody may search, removed at the end.
class WorkDirectory {
public:
    WorkDirectory();
    ~WorkDirectory();
    WorkDirectory(const WorkDirectory&) = delete;
    WorkDirectory& operator=(const WorkDirectory&) = delete;
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
};

class SpawnerProcess {
public:
    SpawnerProcess();
    ~SpawnerProcess();
    SpawnerProcess(const SpawnerProcess&) = delete;
    SpawnerProcess& operator=(const SpawnerProcess&) = delete;

    // A connection made with this effective uid.
    [[nodiscard]] UniqueFd connectAs(uid_t uid) const;

    void kill();    // SIGKILL and reaped
    void restart(); // on the same socket and tree

    [[nodiscard]] pid_t pid() const { return pid_; }
    [[nodiscard]] const std::string& cgroup() const { return cgroup_; } // "" without a writable cgroup v2
    [[nodiscard]] const std::string& directory() const { return directory_.path(); }

private:
    void start();

    WorkDirectory directory_;
    std::string socketPath_;
    std::string cgroup_;
    UniqueFd listener_;
    pid_t pid_ = -1;
};

} // namespace sandboxd::kernel_test
