#include "filter_test.hpp"
#include "plan/seccomp_calls.hpp"

#include <asm/ioctls.h>
#include <linux/sched.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <set>

namespace sandboxd::plan {
namespace {

using DefaultFilter = FilterTest<compileDefaultFilter>;
using StrictFilter = FilterTest<compileStrictFilter>;
using MinimalFilter = FilterTest<compileMinimalFilter>;
using IdleFilter = FilterTest<compileIdleFilter>;

TEST_F(DefaultFilter, OrdinaryProgramsFindTheirCalls) {
    for (const long number : {SYS_read, SYS_write, SYS_openat, SYS_execve, SYS_exit_group, SYS_mmap, SYS_futex,
                              SYS_ptrace, SYS_wait4, SYS_prctl, SYS_seccomp, SYS_capget, SYS_inotify_add_watch,
                              SYS_epoll_ctl, SYS_sendmsg, SYS_rt_sigreturn, SYS_personality, SYS_getrandom}) {
        EXPECT_EQ(call(number), allow) << number;
    }
}

TEST_F(DefaultFilter, CallsThatOldLibrariesDoNotKnowAreAllowedByNumber) {
    for (const long number : {448, 449, 450, 451, 452, 453, 454, 455, 456, 459, 461, 462, 463, 466, 468, 469}) {
        EXPECT_EQ(call(number), allow) << number;
    }
}

TEST_F(DefaultFilter, S42_KnownDangersAreNotPermitted) {
    for (const long number : {SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_setns, SYS_bpf,
                              SYS_perf_event_open, SYS_userfaultfd, SYS_kexec_load, SYS_init_module, SYS_reboot,
                              SYS_swapon, SYS_open_by_handle_at, SYS_quotactl, SYS_fanotify_init}) {
        EXPECT_EQ(call(number), fails(EPERM)) << number;
    }
    // open_tree to fspick, mount_setattr, quotactl_fd, statmount, listmount, lsm_set_self_attr, open_tree_attr
    for (const long number : {428, 429, 430, 431, 432, 433, 442, 443, 457, 458, 460, 467}) {
        EXPECT_EQ(call(number), fails(EPERM)) << number;
    }
}

TEST_F(DefaultFilter, S42_WhatIsNotListedLooksLikeAnOldKernel) {
    for (const long number : {435L /* clone3 */, 425L, 426L, 427L /* io_uring */, long{SYS_keyctl}, long{SYS_add_key},
                              long{SYS_request_key}, 600L, 1000L, 100000L, 0x3fffffffL, -1L}) {
        EXPECT_EQ(call(number), fails(ENOSYS)) << number;
    }
}

TEST_F(DefaultFilter, S34_TerminalInjectionIsRefusedOnTheLow32Bits) {
    for (const std::uint64_t high : Values{0ULL, 1ULL << 32U, 0xffffffffULL << 32U, 1ULL << 63U}) {
        EXPECT_EQ(call(SYS_ioctl, {0, high | TIOCSTI}), fails(EPERM)) << high;
        EXPECT_EQ(call(SYS_ioctl, {0, high | TIOCLINUX}), fails(EPERM)) << high;
    }
}

TEST_F(DefaultFilter, OtherIoctlsPassWhateverTheirHighBits) {
    for (const std::uint64_t request :
         Values{std::uint64_t{TCGETS}, std::uint64_t{TIOCGWINSZ}, std::uint64_t{TIOCSTI} + 1,
                std::uint64_t{TIOCSTI} << 32U, 0xffffffff80045430ULL}) {
        EXPECT_EQ(call(SYS_ioctl, {TIOCSTI, request, TIOCSTI}), allow) << request;
    }
}

TEST_F(DefaultFilter, ThreadsAndForksPass) {
    EXPECT_EQ(call(SYS_clone, {CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SETTLS}),
              allow);
    EXPECT_EQ(call(SYS_clone, {17 /* SIGCHLD */ | CLONE_CHILD_SETTID}), allow);
    EXPECT_EQ(call(SYS_clone, {CLONE_VM | CLONE_VFORK | CLONE_PIDFD | 17}), allow);
    EXPECT_EQ(call(SYS_unshare, {CLONE_FS | CLONE_FILES}), allow);
}

TEST_F(DefaultFilter, NoCallMakesANamespace) {
    for (const std::uint64_t flag :
         Values{CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWIPC, CLONE_NEWUTS, CLONE_NEWCGROUP}) {
        for (const std::uint64_t others :
             Values{std::uint64_t{0}, std::uint64_t{17}, std::uint64_t{CLONE_VM | CLONE_NEWUSER},
                    std::uint64_t{0xffffffff} << 32U}) {
            EXPECT_EQ(call(SYS_clone, {flag | others}), fails(EPERM)) << flag;
            EXPECT_EQ(call(SYS_unshare, {flag | others}), fails(EPERM)) << flag;
        }
    }
    EXPECT_EQ(call(SYS_unshare, {CLONE_NEWTIME}), fails(EPERM));
}

TEST_F(DefaultFilter, EveryBitOfTheFlagsIsJudgedAlone) {
    constexpr std::uint32_t namespaces =
        CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;
    for (unsigned bit = 0; bit < 32; ++bit) {
        const std::uint32_t flag = 1U << bit;
        EXPECT_EQ(call(SYS_clone, {flag}), (flag & namespaces) != 0 ? fails(EPERM) : allow) << bit;
        EXPECT_EQ(call(SYS_unshare, {flag}), (flag & (namespaces | CLONE_NEWTIME)) != 0 ? fails(EPERM) : allow) << bit;
    }
}

TEST_F(DefaultFilter, SocketsThatNoNetworkNamespaceHoldsAreRefused) {
    EXPECT_EQ(call(SYS_socket, {AF_VSOCK, SOCK_STREAM}), fails(EAFNOSUPPORT));
    EXPECT_EQ(call(SYS_socket, {AF_VSOCK | 1ULL << 32U, SOCK_STREAM}), fails(EAFNOSUPPORT));
    for (const std::uint64_t family : Values{AF_UNIX, AF_INET, AF_INET6, AF_NETLINK}) {
        EXPECT_EQ(call(SYS_socket, {family, SOCK_STREAM}), allow) << family;
    }
}

#if defined(__x86_64__)
TEST_F(DefaultFilter, S34_ThirtyTwoBitProgramsAreKilled) {
    for (const long number : {1L, 4L, 11L, 102L /* socketcall */, 54L /* ioctl */, 120L /* clone */, 1000L}) {
        EXPECT_EQ(call(number, {}, AUDIT_ARCH_I386), std::uint32_t{SECCOMP_RET_KILL_PROCESS}) << number;
    }
}

TEST_F(DefaultFilter, S34_NoX32CallPasses) {
    for (long number = 0; number < 600; ++number) {
        EXPECT_EQ(call(0x40000000L + number), fails(ENOSYS)) << number;
    }
}
#endif

TEST_F(DefaultFilter, S34_OtherArchitecturesAreKilled) {
    for (const std::uint32_t architecture : {std::uint32_t{AUDIT_ARCH_ARM}, std::uint32_t{AUDIT_ARCH_RISCV64}, 0U}) {
        EXPECT_EQ(call(SYS_read, {}, architecture), std::uint32_t{SECCOMP_RET_KILL_PROCESS}) << architecture;
    }
}

// Nothing but the listed calls passes: catches a rule that libseccomp put on another number.
TEST_F(DefaultFilter, NoMoreNumbersPassThanCallsAreListed) {
    std::size_t passing = 0;
    for (long number = 0; number < 2000; ++number) {
        passing += call(number) == allow ? 1U : 0U;
    }
    EXPECT_LE(passing, allowedCalls().size() + 2); // clone and unshare have their own rules
    EXPECT_GT(passing, 280U);
}

TEST_F(StrictFilter, OrdinaryProgramsFindTheirCalls) {
    for (const long number :
         {SYS_read, SYS_openat, SYS_execve, SYS_mmap, SYS_futex, SYS_wait4, SYS_prctl, SYS_getrandom}) {
        EXPECT_EQ(call(number), allow) << number;
    }
    for (const std::uint64_t family : Values{AF_UNIX, AF_INET, AF_INET6, AF_NETLINK}) {
        EXPECT_EQ(call(SYS_socket, {family | 1ULL << 32U, SOCK_STREAM}), allow) << family;
    }
}

TEST_F(StrictFilter, OtherProcessesAndOddSocketsAreRefused) {
    for (const long number : {long{SYS_ptrace}, long{SYS_process_vm_readv}, long{SYS_process_vm_writev}, long{SYS_kcmp},
                              438L /* pidfd_getfd */, long{SYS_personality}, long{SYS_mbind}}) {
        EXPECT_EQ(call(number), fails(EPERM)) << number;
    }
    for (std::uint64_t family = 0; family < 50; ++family) {
        const bool usual = family == AF_UNIX || family == AF_INET || family == AF_INET6 || family == AF_NETLINK;
        EXPECT_EQ(call(SYS_socket, {family, SOCK_RAW}), usual ? allow : fails(EAFNOSUPPORT)) << family;
    }
}

// Whatever the default filter refuses, for whatever reason, is refused here too.
TEST_F(StrictFilter, S34_S42_NothingPassesThatTheDefaultRefuses) {
    const std::vector<sock_filter> standard = compileDefaultFilter().value();
    for (long number = 0; number < 2000; ++number) {
        for (const std::uint64_t argument : Values{0, TIOCSTI, TIOCLINUX, AF_VSOCK, CLONE_NEWUSER, CLONE_NEWTIME}) {
            if (answer(standard, number, argument) != allow) {
                EXPECT_NE(answer(filter(), number, argument), allow) << number << " " << argument;
            }
        }
    }
}

TEST_F(MinimalFilter, EverythingPassesButTypingIntoTerminals) {
    for (long number = 0; number < 2000; ++number) {
        EXPECT_EQ(call(number, {CLONE_NEWUSER, CLONE_NEWUSER}), allow) << number;
    }
    EXPECT_EQ(call(SYS_ioctl, {TIOCSTI, TCGETS, TIOCSTI}), allow);
}

TEST_F(MinimalFilter, S34_TerminalInjectionIsRefusedOnTheLow32Bits) {
    for (const std::uint64_t high : Values{0ULL, 1ULL << 32U, 0xffffffffULL << 32U, 1ULL << 63U}) {
        EXPECT_EQ(call(SYS_ioctl, {0, high | TIOCSTI}), fails(EPERM)) << high;
        EXPECT_EQ(call(SYS_ioctl, {0, high | TIOCLINUX}), fails(EPERM)) << high;
    }
}

#if defined(__x86_64__)
TEST_F(MinimalFilter, S34_S89_OtherArchitecturesOfTheMachineAreFilteredByTheirOwnNumbers) {
    const struct {
        std::uint32_t architecture;
        long ioctl;
    } others[] = {{AUDIT_ARCH_I386, 54}, {AUDIT_ARCH_X86_64, 0x40000000 + 514}};
    for (const auto& other : others) {
        EXPECT_EQ(call(other.ioctl, {0, TIOCSTI}, other.architecture), fails(EPERM));
        EXPECT_EQ(call(other.ioctl, {0, TIOCLINUX}, other.architecture), fails(EPERM));
        EXPECT_EQ(call(other.ioctl, {0, TCGETS}, other.architecture), allow);
    }
    EXPECT_EQ(call(4, {}, AUDIT_ARCH_I386), allow);
    EXPECT_EQ(call(16, {0, TIOCSTI}, AUDIT_ARCH_I386), allow); // another call there
}
#endif

TEST_F(MinimalFilter, S34_ArchitecturesThatTheMachineCannotExecuteAreKilled) {
    EXPECT_EQ(call(1, {}, AUDIT_ARCH_RISCV64), std::uint32_t{SECCOMP_RET_KILL_PROCESS});
}

// By number, as the kernel sees them: a name in the list that resolved to another call would show here.
TEST_F(IdleFilter, InitWaitsReapsAndEndsAndAnyOtherCallKillsIt) {
    const std::set<long> idle{SYS_capget,
                              SYS_getresgid,
                              SYS_getresuid,
                              SYS_prctl,
                              SYS_close,
                              SYS_sendmsg,
                              SYS_ppoll,
                              SYS_restart_syscall,
                              SYS_rt_sigprocmask,
                              SYS_rt_sigreturn,
                              SYS_wait4,
                              SYS_waitid,
                              SYS_rt_sigtimedwait,
                              SYS_exit,
                              SYS_exit_group,
                              436 /* close_range */,
#ifdef SYS_pause
                              SYS_pause
#endif
    };
    for (long number = 0; number < 2000; ++number) {
        EXPECT_EQ(call(number), idle.contains(number) ? allow : std::uint32_t{SECCOMP_RET_KILL_PROCESS}) << number;
    }
}

TEST_F(IdleFilter, OtherArchitecturesAreKilled) {
    for (const std::uint32_t architecture : {std::uint32_t{AUDIT_ARCH_ARM}, std::uint32_t{AUDIT_ARCH_I386}, 0U}) {
        EXPECT_EQ(call(SYS_wait4, {}, architecture), std::uint32_t{SECCOMP_RET_KILL_PROCESS}) << architecture;
    }
    EXPECT_EQ(call(0x40000000 + SYS_wait4), std::uint32_t{SECCOMP_RET_KILL_PROCESS}); // x32
}

TEST(SeccompCalls, WhatStrictRefusesIsAllowedByDefault) {
    for (const std::string_view name : strictlyRefusedCalls()) {
        EXPECT_NE(std::find(allowedCalls().begin(), allowedCalls().end(), name), allowedCalls().end()) << name;
    }
}

TEST(SeccompCalls, NoCallIsBothAllowedAndRefusedOrListedTwice) {
    std::set<std::string_view> names;
    for (const std::string_view name : allowedCalls()) {
        EXPECT_TRUE(names.insert(name).second) << name;
    }
    for (const std::string_view name : refusedCalls()) {
        EXPECT_TRUE(names.insert(name).second) << name;
    }
}

} // namespace
} // namespace sandboxd::plan
