#include "plan/seccomp_calls.hpp"

#include <algorithm>

namespace sandboxd::plan {
namespace {

constexpr std::string_view allowed[] = {
    // files and directories
    "access", "chdir", "chmod", "chown", "close", "close_range", "copy_file_range", "creat", "dup", "dup2", "dup3",
    "faccessat", "faccessat2", "fadvise64", "fallocate", "fchdir", "fchmod", "fchmodat", "fchmodat2", "fchown",
    "fchownat", "fcntl", "fdatasync", "fgetxattr", "file_getattr", "file_setattr", "flistxattr", "flock",
    "fremovexattr", "fsetxattr", "fstat", "fstatfs", "fsync", "ftruncate", "futimesat", "getcwd", "getdents",
    "getdents64", "getxattr", "getxattrat", "lchown", "lgetxattr", "link", "linkat", "listxattr", "listxattrat",
    "llistxattr", "lremovexattr", "lseek", "lsetxattr", "lstat", "mkdir", "mkdirat", "mknod", "mknodat",
    "name_to_handle_at", "newfstatat", "open", "openat", "openat2", "pread64", "preadv", "preadv2", "pwrite64",
    "pwritev", "pwritev2", "read", "readahead", "readlink", "readlinkat", "readv", "removexattr", "removexattrat",
    "rename", "renameat", "renameat2", "rmdir", "sendfile", "setxattr", "setxattrat", "splice", "stat", "statfs",
    "statx", "symlink", "symlinkat", "sync", "sync_file_range", "syncfs", "tee", "truncate", "umask", "unlink",
    "unlinkat", "ustat", "utime", "utimensat", "utimes", "vmsplice", "write", "writev",
    // waiting and events
    "epoll_create", "epoll_create1", "epoll_ctl", "epoll_ctl_old", "epoll_pwait", "epoll_pwait2", "epoll_wait",
    "epoll_wait_old", "eventfd", "eventfd2", "inotify_add_watch", "inotify_init", "inotify_init1", "inotify_rm_watch",
    "io_cancel", "io_destroy", "io_getevents", "io_pgetevents", "io_setup", "io_submit", "ioctl", "pause", "pipe",
    "pipe2", "poll", "ppoll", "pselect6", "select", "signalfd", "signalfd4", "timerfd_create", "timerfd_gettime",
    "timerfd_settime",
    // memory
    "brk", "cachestat", "get_mempolicy", "madvise", "map_shadow_stack", "mbind", "membarrier", "memfd_create",
    "memfd_secret", "migrate_pages", "mincore", "mlock", "mlock2", "mlockall", "mmap", "move_pages", "mprotect",
    "mremap", "mseal", "msync", "munlock", "munlockall", "munmap", "pkey_alloc", "pkey_free", "pkey_mprotect",
    "process_madvise", "process_mrelease", "remap_file_pages", "set_mempolicy", "set_mempolicy_home_node",
    // processes and threads; ptrace and process_vm_* reach only what the payload started: the kernel asks its user
    // namespace
    "arch_prctl", "capget", "capset", "execve", "execveat", "exit", "exit_group", "fork", "futex", "futex_requeue",
    "futex_wait", "futex_waitv", "futex_wake", "get_robust_list", "get_thread_area", "getcpu", "getegid", "geteuid",
    "getgid", "getgroups", "getitimer", "getpgid", "getpgrp", "getpid", "getppid", "getpriority", "getresgid",
    "getresuid", "getrlimit", "getrusage", "getsid", "gettid", "getuid", "ioprio_get", "ioprio_set", "kcmp", "kill",
    "personality", "pidfd_getfd", "pidfd_open", "pidfd_send_signal", "prctl", "prlimit64", "process_vm_readv",
    "process_vm_writev", "ptrace", "restart_syscall", "rseq", "sched_get_priority_max", "sched_get_priority_min",
    "sched_getaffinity", "sched_getattr", "sched_getparam", "sched_getscheduler", "sched_rr_get_interval",
    "sched_setaffinity", "sched_setattr", "sched_setparam", "sched_setscheduler", "sched_yield", "set_robust_list",
    "set_thread_area", "set_tid_address", "setfsgid", "setfsuid", "setgid", "setgroups", "setitimer", "setpgid",
    "setpriority", "setregid", "setresgid", "setresuid", "setreuid", "setrlimit", "setsid", "setuid", "tgkill", "time",
    "times", "tkill", "uprobe", "uretprobe", "vfork", "wait4", "waitid",
    // signals
    "rt_sigaction", "rt_sigpending", "rt_sigprocmask", "rt_sigqueueinfo", "rt_sigreturn", "rt_sigsuspend",
    "rt_sigtimedwait", "rt_tgsigqueueinfo", "sigaltstack",
    // clocks; the kernel refuses to set them
    "adjtimex", "alarm", "clock_adjtime", "clock_getres", "clock_gettime", "clock_nanosleep", "gettimeofday",
    "nanosleep", "timer_create", "timer_delete", "timer_getoverrun", "timer_gettime", "timer_settime",
    // sockets
    "accept", "accept4", "bind", "connect", "getpeername", "getsockname", "getsockopt", "listen", "recvfrom",
    "recvmmsg", "recvmsg", "sendmmsg", "sendmsg", "sendto", "setsockopt", "shutdown", "socket", "socketpair",
    // System V and POSIX ipc
    "mq_getsetattr", "mq_notify", "mq_open", "mq_timedreceive", "mq_timedsend", "mq_unlink", "msgctl", "msgget",
    "msgrcv", "msgsnd", "semctl", "semget", "semop", "semtimedop", "shmat", "shmctl", "shmdt", "shmget",
    // system, and what a program uses to confine itself further
    "getrandom", "landlock_add_rule", "landlock_create_ruleset", "landlock_restrict_self", "lsm_get_self_attr",
    "lsm_list_modules", "seccomp", "sysinfo", "uname"};

constexpr std::string_view refused[] = {
    // mounts and roots
    "chroot", "fsconfig", "fsmount", "fsopen", "fspick", "listmount", "mount", "mount_setattr", "move_mount",
    "open_tree", "open_tree_attr", "pivot_root", "statmount", "umount2",
    // namespaces of others, labels
    "lsm_set_self_attr", "setns",
    // the machine
    "acct", "clock_settime", "delete_module", "finit_module", "init_module", "ioperm", "iopl", "kexec_file_load",
    "kexec_load", "modify_ldt", "quotactl", "quotactl_fd", "reboot", "setdomainname", "sethostname", "settimeofday",
    "swapoff", "swapon", "syslog", "vhangup",
    // wide kernel interfaces with a history
    "bpf", "fanotify_init", "fanotify_mark", "lookup_dcookie", "open_by_handle_at", "perf_event_open", "userfaultfd"};

constexpr std::string_view strictlyRefused[] = {
    // other processes, though only the payload's own
    "kcmp", "pidfd_getfd", "process_madvise", "process_mrelease", "process_vm_readv", "process_vm_writev", "ptrace",
    // placement in memory
    "mbind", "migrate_pages", "move_pages", "set_mempolicy", "set_mempolicy_home_node",
    // personality(2) turns hardening off; secret memory cannot be swapped
    "memfd_secret", "name_to_handle_at", "personality", "remap_file_pages"};

constexpr std::string_view capable[] = {"chroot",         "fsconfig",   "fsmount",       "fsopen",      "fspick",
                                        "listmount",      "mount",      "mount_setattr", "move_mount",  "open_tree",
                                        "open_tree_attr", "pivot_root", "setdomainname", "sethostname", "setns",
                                        "statmount",      "umount2"};

constexpr std::string_view reaching[] = {"add_key",
                                         "kcmp",
                                         "keyctl",
                                         "pidfd_getfd",
                                         "process_madvise",
                                         "process_mrelease",
                                         "process_vm_readv",
                                         "process_vm_writev",
                                         "ptrace",
                                         "request_key",
                                         "setns"};

constexpr std::string_view idle[] = {
    // reads back
    "capget", "getresgid", "getresuid", "prctl",
    // reports and closes
    "close", "close_range", "sendmsg",
    // waits and reaps; where there is no pause(2) the C library uses ppoll(2)
    "pause", "ppoll", "restart_syscall", "rt_sigprocmask", "rt_sigreturn", "rt_sigtimedwait", "wait4", "waitid",
    // ends
    "exit", "exit_group"};

struct RecentCall {
    std::string_view name;
    int number;
};

// From include/uapi/asm-generic/unistd.h and, for the two probes, arch/x86/entry/syscalls/syscall_64.tbl.
constexpr RecentCall recent[] = {
    {"pidfd_send_signal", 424},
    {"open_tree", 428},
    {"move_mount", 429},
    {"fsopen", 430},
    {"fsconfig", 431},
    {"fsmount", 432},
    {"fspick", 433},
    {"pidfd_open", 434},
    {"close_range", 436},
    {"openat2", 437},
    {"pidfd_getfd", 438},
    {"faccessat2", 439},
    {"process_madvise", 440},
    {"epoll_pwait2", 441},
    {"mount_setattr", 442},
    {"quotactl_fd", 443},
    {"landlock_create_ruleset", 444},
    {"landlock_add_rule", 445},
    {"landlock_restrict_self", 446},
    {"memfd_secret", 447},
    {"process_mrelease", 448},
    {"futex_waitv", 449},
    {"set_mempolicy_home_node", 450},
    {"cachestat", 451},
    {"fchmodat2", 452},
    {"map_shadow_stack", 453},
    {"futex_wake", 454},
    {"futex_wait", 455},
    {"futex_requeue", 456},
    {"statmount", 457},
    {"listmount", 458},
    {"lsm_get_self_attr", 459},
    {"lsm_set_self_attr", 460},
    {"lsm_list_modules", 461},
    {"mseal", 462},
    {"setxattrat", 463},
    {"getxattrat", 464},
    {"listxattrat", 465},
    {"removexattrat", 466},
    {"open_tree_attr", 467},
    {"file_getattr", 468},
    {"file_setattr", 469},
#ifdef __x86_64__
    {"uretprobe", 335}, // made by the kernel's own trampoline: a filter that refuses it kills a traced program
    {"uprobe", 336},
#endif
};

} // namespace

std::span<const std::string_view> allowedCalls() noexcept {
    return allowed;
}

std::span<const std::string_view> refusedCalls() noexcept {
    return refused;
}

std::span<const std::string_view> strictlyRefusedCalls() noexcept {
    return strictlyRefused;
}

std::span<const std::string_view> capableCalls() noexcept {
    return capable;
}

std::span<const std::string_view> reachingCalls() noexcept {
    return reaching;
}

std::span<const std::string_view> idleCalls() noexcept {
    return idle;
}

int recentCallNumber(std::string_view name) noexcept {
    const auto* call = std::find_if(std::begin(recent), std::end(recent),
                                    [name](const RecentCall& each) { return each.name == name; });
    return call == std::end(recent) ? -1 : call->number;
}

} // namespace sandboxd::plan
