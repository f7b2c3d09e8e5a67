// The filters of payloads that have capabilities, may nest user namespaces, or have the host's identity.
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

using CapableFilter = FilterTest<compileCapableFilter>;
using NestingFilter = FilterTest<compileNestingFilter>;
using HostFilter = FilterTest<compileHostFilter>;
using HostFloor = FilterTest<compileHostFloor>;

// What capabilities over namespaces of one's own are for: mount to fspick, setns, names.
const std::set<long> callsOfCapabilities{SYS_mount,
                                         SYS_umount2,
                                         SYS_pivot_root,
                                         SYS_chroot,
                                         SYS_setns,
                                         SYS_sethostname,
                                         SYS_setdomainname,
                                         428,
                                         429,
                                         430,
                                         431 /* fsconfig */,
                                         432,
                                         433,
                                         442,
                                         457,
                                         458,
                                         467};

// The calls below 2000 to which two filters answer differently with no flag set.
std::set<long> differences(const std::vector<sock_filter>& one, const std::vector<sock_filter>& other) {
    std::set<long> numbers;
    for (long number = 0; number < 2000; ++number) {
        if (answer(one, number, 0) != answer(other, number, 0)) {
            numbers.insert(number);
        }
    }
    return numbers;
}

TEST_F(CapableFilter, DiffersFromTheDefaultByWhatCapabilitiesAreForAlone) {
    EXPECT_EQ(differences(filter(), compileDefaultFilter().value()), callsOfCapabilities);
    for (const long number : callsOfCapabilities) {
        EXPECT_EQ(call(number), allow) << number;
    }
}

TEST_F(CapableFilter, AllowsEveryNamespaceButUserNamespaces) {
    for (unsigned bit = 0; bit < 32; ++bit) {
        const std::uint32_t flag = 1U << bit;
        const std::uint32_t expected = flag == CLONE_NEWUSER ? fails(EPERM) : allow;
        EXPECT_EQ(call(SYS_clone, {flag}), expected) << bit;
        EXPECT_EQ(call(SYS_unshare, {flag}), expected) << bit;
        EXPECT_EQ(call(SYS_unshare, {flag | CLONE_NEWUSER | 1ULL << 32U}), fails(EPERM)) << bit;
    }
    EXPECT_EQ(call(435 /* clone3 */), fails(ENOSYS));
}

TEST_F(CapableFilter, S34_S42_TerminalsAndTheMachineStayOutOfReach) {
    EXPECT_EQ(call(SYS_ioctl, {0, TIOCSTI}), fails(EPERM));
    EXPECT_EQ(call(SYS_ioctl, {0, TIOCLINUX}), fails(EPERM));
    EXPECT_EQ(call(SYS_socket, {AF_VSOCK}), fails(EAFNOSUPPORT));
    for (const long number : {SYS_bpf, SYS_perf_event_open, SYS_init_module, SYS_reboot, SYS_open_by_handle_at,
                              SYS_syslog, SYS_userfaultfd}) {
        EXPECT_EQ(call(number), fails(EPERM)) << number;
    }
    EXPECT_EQ(call(SYS_keyctl), fails(ENOSYS));
}

TEST_F(NestingFilter, DiffersFromTheCapableOneByUserNamespacesAlone) {
    const std::vector<sock_filter> capable = compileCapableFilter().value();
    for (long number = 0; number < 2000; ++number) {
        for (const std::uint64_t argument :
             Values{0, TIOCSTI, AF_VSOCK, CLONE_NEWNS, CLONE_NEWTIME, ~std::uint64_t{CLONE_NEWUSER}}) {
            EXPECT_EQ(answer(filter(), number, argument), answer(capable, number, argument)) << number;
        }
    }
    EXPECT_EQ(call(435 /* clone3 */), fails(ENOSYS));
}

TEST_F(NestingFilter, AllowsEveryFlagOfNewProcessesAndNamespaces) {
    for (unsigned bit = 0; bit < 32; ++bit) {
        EXPECT_EQ(call(SYS_clone, {1U << bit | CLONE_NEWUSER}), allow) << bit;
        EXPECT_EQ(call(SYS_unshare, {1U << bit | CLONE_NEWUSER}), allow) << bit;
    }
}

// ptrace, process_vm_*, kcmp, keys, setns; pidfd_getfd, process_madvise, process_mrelease.
const std::set<long> callsThatReach{SYS_ptrace,
                                    SYS_process_vm_readv,
                                    SYS_process_vm_writev,
                                    SYS_kcmp,
                                    SYS_add_key,
                                    SYS_keyctl,
                                    SYS_request_key,
                                    SYS_setns,
                                    438,
                                    440,
                                    448};

TEST_F(HostFilter, S02_RefusesWhatReachesOtherProcessesOfTheUser) {
    for (const long number : callsThatReach) {
        EXPECT_EQ(call(number), fails(EPERM)) << number;
    }
}

TEST_F(HostFilter, DiffersFromTheDefaultByThatAlone) {
    std::set<long> others = differences(filter(), compileDefaultFilter().value());
    EXPECT_TRUE(std::includes(callsThatReach.begin(), callsThatReach.end(), others.begin(), others.end()));
    EXPECT_EQ(others.size(), callsThatReach.size() - 1); // setns is refused by default
}

TEST_F(HostFilter, S05_MakesNoNamespace) {
    for (const std::uint64_t flag :
         Values{CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWIPC, CLONE_NEWUTS, CLONE_NEWCGROUP}) {
        EXPECT_EQ(call(SYS_clone, {flag}), fails(EPERM)) << flag;
        EXPECT_EQ(call(SYS_unshare, {flag}), fails(EPERM)) << flag;
    }
    EXPECT_EQ(call(435 /* clone3 */), fails(ENOSYS));
}

TEST_F(HostFloor, S02_RefusesWhatReachesAndUserNamespacesAndNothingElse) {
    for (long number = 0; number < 2000; ++number) {
        const std::uint32_t expected = callsThatReach.contains(number) ? fails(EPERM)
                                       : number == 435 /* clone3 */    ? fails(ENOSYS)
                                                                       : allow;
        EXPECT_EQ(call(number), expected) << number;
    }
    for (unsigned bit = 0; bit < 32; ++bit) {
        const std::uint32_t flag = 1U << bit;
        const std::uint32_t expected = flag == CLONE_NEWUSER ? fails(EPERM) : allow;
        EXPECT_EQ(call(SYS_clone, {flag}), expected) << bit;
        EXPECT_EQ(call(SYS_unshare, {flag}), expected) << bit;
    }
}

TEST_F(HostFloor, S34_TerminalInjectionIsRefusedOnTheLow32Bits) {
    for (const std::uint64_t high : Values{0ULL, 1ULL << 32U, 0xffffffffULL << 32U}) {
        EXPECT_EQ(call(SYS_ioctl, {0, high | TIOCSTI}), fails(EPERM)) << high;
        EXPECT_EQ(call(SYS_ioctl, {0, high | TIOCLINUX}), fails(EPERM)) << high;
        EXPECT_EQ(call(SYS_ioctl, {TIOCSTI, high | TCGETS}), allow) << high;
    }
}

#if defined(__x86_64__)
// By asm/unistd_32.h and asm/unistd_x32.h, in the order of the names above.
TEST_F(HostFloor, S02_OtherArchitecturesOfTheMachineAreFilteredByTheirOwnNumbers) {
    for (const long number : {26, 347, 348, 349, 286, 288, 287, 346, 438, 440, 448}) {
        EXPECT_EQ(call(number, {}, AUDIT_ARCH_I386), fails(EPERM)) << number;
    }
    for (const long number : {521, 539, 540, 312, 248, 250, 249, 308, 438, 440, 448}) {
        EXPECT_EQ(call(0x40000000L + number), fails(EPERM)) << number;
    }
    const std::pair<std::uint32_t, std::array<long, 3>> makers[] = {
        {AUDIT_ARCH_I386, {120, 310, 435}}, {AUDIT_ARCH_X86_64, {0x40000000 + 56, 0x40000000 + 272, 0x40000000 + 435}}};
    for (const auto& [architecture, numbers] : makers) {
        EXPECT_EQ(call(numbers[0], {CLONE_NEWUSER}, architecture), fails(EPERM));
        EXPECT_EQ(call(numbers[1], {CLONE_NEWUSER}, architecture), fails(EPERM));
        EXPECT_EQ(call(numbers[2], {}, architecture), fails(ENOSYS));
        EXPECT_EQ(call(numbers[0], {CLONE_FS}, architecture), allow);
    }
}
#endif

TEST(SeccompCalls, WhatCapabilitiesAreForIsRefusedByDefault) {
    for (const std::string_view name : capableCalls()) {
        EXPECT_NE(std::find(refusedCalls().begin(), refusedCalls().end(), name), refusedCalls().end()) << name;
    }
}

} // namespace
} // namespace sandboxd::plan
