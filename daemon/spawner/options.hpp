// The spawner's command line and what the service manager passed. Never guesses: an unknown option is an error.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace sandboxd::spawner {

struct Options {
    std::uint32_t firstOwner = 0x7F000000; // of the range of user namespace owners
    std::uint32_t ownerCount = 4096;
    const char* cgroup = nullptr; // root of the cgroup tree, nullptr = look for one
    bool checksAppArmor = true;   // false: for developers, whose spawner no profile is attached to
};

// False: not understood.
bool parseOptions(int count, char** arguments, Options& options) noexcept;

// The one listening socket of sd_listen_fds(3), CLOEXEC; -1 if there is not exactly one.
int takeListener() noexcept;

// The uid that owns the socket's file: the one uid served. False with errno.
bool findServedUid(int listener, uid_t& uid) noexcept;

} // namespace sandboxd::spawner
