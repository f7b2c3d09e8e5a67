// Typed wrappers of the system calls that glibc 2.36 lacks or types badly. One call each, errno on failure, no policy;
// never retries, never allocates.
#pragma once

#include "base/unique_fd.hpp"

#include <linux/openat2.h>
#include <linux/sched.h>

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

namespace sandboxd::sys {

// The child runs on a copy of the caller's memory (never CLONE_VM) and gets 0; glibc's fork handlers do not run.
inline pid_t clone3(const clone_args& arguments) noexcept {
    clone_args copy = arguments;
    return static_cast<pid_t>(::syscall(SYS_clone3, &copy, sizeof copy));
}

// `resolve`: RESOLVE_* of openat2(2). CLOEXEC always.
inline UniqueFd openat2(int directory, const char* path, int flags, unsigned resolve, unsigned mode = 0) noexcept {
    open_how how{};
    how.flags = static_cast<__u64>(flags | O_CLOEXEC);
    how.mode = mode;
    how.resolve = resolve;
    return UniqueFd(static_cast<int>(::syscall(SYS_openat2, directory, path, &how, sizeof how)));
}

// A detached copy of the mount tree at `fd`.
inline UniqueFd cloneTree(int fd, bool recursive) noexcept {
    unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH;
    if (recursive) {
        flags |= AT_RECURSIVE;
    }
    return UniqueFd(static_cast<int>(::syscall(SYS_open_tree, fd, "", flags)));
}

// Attaches the detached tree `mount` on what `target` refers to; no path is resolved.
inline int attachMount(int mount, int target) noexcept {
    constexpr unsigned flags = 0x00000004U | 0x00000040U; // MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH
    return static_cast<int>(::syscall(SYS_move_mount, mount, "", target, "", flags));
}

inline int setMountAttributes(int mount, std::uint64_t set, std::uint64_t propagation, bool recursive) noexcept {
    mount_attr attributes{};
    attributes.attr_set = set;
    attributes.propagation = propagation;
    const unsigned flags = AT_EMPTY_PATH | (recursive ? unsigned{AT_RECURSIVE} : 0U);
    return static_cast<int>(::syscall(SYS_mount_setattr, mount, "", flags, &attributes, sizeof attributes));
}

inline int pivotRoot(const char* newRoot, const char* putOld) noexcept {
    return static_cast<int>(::syscall(SYS_pivot_root, newRoot, putOld));
}

inline UniqueFd openPidfd(pid_t pid) noexcept {
    return UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

inline int sendSignal(int pidfd, int signal) noexcept {
    return static_cast<int>(::syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0));
}

inline int closeRange(unsigned first, unsigned last) noexcept {
    return static_cast<int>(::syscall(SYS_close_range, first, last, 0));
}

// waitid(2) on a pidfd, for the child to end; the raw call, since glibc's is a cancellation point.
inline int waitEnd(int pidfd, siginfo_t& info, int options) noexcept {
    constexpr int idTypePidfd = 3; // P_PIDFD, Linux 5.4
    return static_cast<int>(::syscall(SYS_waitid, idTypePidfd, pidfd, &info, WEXITED | options, nullptr));
}

} // namespace sandboxd::sys
