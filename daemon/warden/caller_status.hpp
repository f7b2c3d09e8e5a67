// The caller's status file as numbers, and whether two readings of it tell of the same credentials.
#pragma once

#include "warden/caller_view.hpp"
#include "warden/proc_text.hpp"

namespace sandboxd::warden {

struct CallerStatus {
    ProcText text;
    std::uint32_t uids[4]; // real, effective, saved, filesystem
    std::uint32_t gids[4];
};

// False with errno; EPROTO if the kernel's text is not understood.
bool readStatus(int processDirectory, CallerStatus& status) noexcept;

// True if all four are `id`.
bool areAll(const std::uint32_t (&ids)[4], std::uint32_t id) noexcept;

// Groups, umask, signals, seccomp mode and the confinement that the status shows. False: not understood, or too many
// groups.
bool takeStatus(const CallerStatus& status, ProbeRecord& record) noexcept;

// Ids, groups, capabilities, no_new_privs and seccomp are the same in both.
bool isSameCredentials(const CallerStatus& before, const CallerStatus& after) noexcept;

// Fields 19 (nice) and 22 (start time) of the stat file.
bool takeStat(int processDirectory, ProbeRecord& record) noexcept;

} // namespace sandboxd::warden
