#include "plan/seccomp_filter.hpp"

#include "base/unique_fd.hpp"
#include "plan/seccomp_calls.hpp"

#include <asm/ioctls.h>
#include <linux/bpf_common.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace sandboxd::plan {
namespace {

#if defined(__s390__)
#error "clone(2) takes its flags as the second argument here, and socketcall(2) hides the family"
#endif

struct FilterFreer {
    void operator()(void* filter) const noexcept { seccomp_release(filter); }
};
using Filter = std::unique_ptr<void, FilterFreer>;

Error failed(const std::string& what, int negativeErrno) {
    return Error{ErrorCode::setupFailed, "seccomp: cannot " + what + ": " + std::strerror(-negativeErrno)};
}

// New namespaces are the way to capabilities that this daemon is there to spare. CLONE_NEWTIME shares its bit with
// clone's exit signal and exists in unshare and clone3 only.
constexpr std::uint32_t allNamespaces = CLONE_NEWTIME | CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |
                                        CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;

constexpr int clone3Number = 435; // the same on all architectures; libseccomp may be too old to know it

int resolve(std::string_view name) {
    const int number = seccomp_syscall_resolve_name(std::string(name).c_str());
    return number == __NR_SCMP_ERROR ? recentCallNumber(name) : number;
}

Result<void> addCalls(void* filter, std::uint32_t action, std::span<const std::string_view> names) {
    for (const std::string_view name : names) {
        const int number = resolve(name);
        if (number < 0) {
            continue; // not a call of this architecture
        }
        if (const int error = seccomp_rule_add(filter, action, number, 0); error < 0) {
            return failed("add " + std::string(name), error);
        }
    }
    return {};
}

// The call passes with none of these flags and is EPERM with any: cases that exclude each other, so that libseccomp's
// order of rules does not matter.
Result<void> refuseFlags(void* filter, int number, std::uint32_t all) {
    for (std::uint32_t rest = all; rest != 0; rest &= rest - 1) {
        const std::uint32_t flag = rest & -rest;
        const scmp_arg_cmp set{0, SCMP_CMP_MASKED_EQ, flag, flag};
        if (const int error = seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EPERM), number, 1, &set); error < 0) {
            return failed("refuse flags of a call", error);
        }
    }
    const scmp_arg_cmp clear{0, SCMP_CMP_MASKED_EQ, all, 0};
    if (const int error = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, number, 1, &clear); error < 0) {
        return failed("allow a call without flags", error);
    }
    return {};
}

// What differs from libseccomp's defaults. A foreign program would not run with half its calls missing: it is killed
// with a signal that says why. The tree's optimisation needs the calls to be all there when it is exported.
Result<void> setAttributes(void* filter) {
    if (const int error = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS); error < 0) {
        return failed("set the action for foreign architectures", error);
    }
    // 2: a binary tree instead of a list, 9 comparisons instead of up to 350. Older libraries keep the list.
    seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    return {};
}

using Calls = std::span<const std::string_view>;

// How a list differs from the default one.
struct Variant {
    Calls refused;                            // although that allows them
    Calls allowed;                            // although that refuses them
    bool onlyFamilies = false;                // of sockets that every host uses
    std::uint32_t namespaces = allNamespaces; // flags of new namespaces that are refused
};

// libseccomp takes no second rule for a call.
std::vector<std::string_view> without(Calls calls, Calls excepted) {
    std::vector<std::string_view> names;
    for (const std::string_view name : calls) {
        if (std::find(excepted.begin(), excepted.end(), name) == excepted.end()) {
            names.push_back(name);
        }
    }
    return names;
}

Result<void> addRules(void* filter, const Variant& variant) {
    const std::pair<std::uint32_t, std::vector<std::string_view>> lists[] = {
        {SCMP_ACT_ALLOW, without(allowedCalls(), variant.refused)},
        {SCMP_ACT_ALLOW, without(variant.allowed, {})},
        {SCMP_ACT_ERRNO(EPERM), without(variant.refused, refusedCalls())},
        {SCMP_ACT_ERRNO(EPERM), without(refusedCalls(), variant.allowed)}};
    for (const auto& [action, calls] : lists) {
        if (Result<void> added = addCalls(filter, action, calls); !added) {
            return added;
        }
    }
    if (Result<void> flags = refuseFlags(filter, SCMP_SYS(clone), variant.namespaces & ~unsigned{CLONE_NEWTIME});
        !flags) {
        return flags;
    }
    return refuseFlags(filter, SCMP_SYS(unshare), variant.namespaces);
}

Result<std::vector<sock_filter>> exportProgram(void* filter) {
    const UniqueFd file(memfd_create("seccomp", MFD_CLOEXEC));
    if (!file) {
        return failed("make a memfd", -errno);
    }
    if (const int error = seccomp_export_bpf(filter, file.get()); error < 0) {
        return failed("compile the filter", error);
    }
    struct stat status {};
    if (fstat(file.get(), &status) < 0) {
        return failed("size the filter", -errno);
    }
    std::vector<sock_filter> program(static_cast<std::size_t>(status.st_size) / sizeof(sock_filter));
    const std::size_t size = program.size() * sizeof(sock_filter);
    if (pread(file.get(), program.data(), size, 0) != static_cast<ssize_t>(size)) {
        return failed("read the filter", -EIO);
    }
    return program;
}

// libseccomp compares 64 bits, or a masked value for equality, never for difference. The kernel looks at the low 32
// bits of these arguments, and so do these refusals, which go before libseccomp's program.
struct Refusal {
    int call;
    std::uint32_t argument;
    std::uint32_t value;
    std::uint32_t error;
};
constexpr std::array<Refusal, 3> refusals{{
    {SYS_ioctl, 1, TIOCSTI, EPERM},          // types into the caller's terminal
    {SYS_ioctl, 1, TIOCLINUX, EPERM},        // pastes into the console
    {SYS_socket, 0, AF_VSOCK, EAFNOSUPPORT}, // knows no network namespaces: would reach the hypervisor
}};

constexpr std::uint32_t lowHalf(std::uint32_t argument) {
    constexpr std::size_t low = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 0 : sizeof(std::uint32_t);
    return static_cast<std::uint32_t>(offsetof(seccomp_data, args) + argument * sizeof(std::uint64_t) + low);
}

void appendRefusal(std::vector<sock_filter>& program, const Refusal& refusal) {
    const auto add = [&program](unsigned code, std::uint32_t k, unsigned char yes = 0, unsigned char no = 0) {
        program.push_back({static_cast<std::uint16_t>(code), yes, no, k});
    };
    add(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr));
    add(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(refusal.call), 0, 3);
    add(BPF_LD | BPF_W | BPF_ABS, lowHalf(refusal.argument));
    add(BPF_JMP | BPF_JEQ | BPF_K, refusal.value, 0, 1);
    add(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | refusal.error);
}

Result<Filter> makeFilter(std::uint32_t otherCalls) {
    // Fixes what libseccomp takes for supported, else it asks the running kernel, which the broker's own filter
    // refuses.
    if (const int error = seccomp_api_set(3); error < 0) {
        return failed("choose the level of the interface", error);
    }
    Filter filter(seccomp_init(otherCalls));
    if (!filter) {
        return failed("start a filter", -ENOMEM);
    }
    if (Result<void> done = setAttributes(filter.get()); !done) {
        return std::move(done).error();
    }
    return filter;
}

// x32 shares the architecture of x86-64 and is told by bit 30 of the number. It joins after the rules, so that none of
// them is copied to it: all its calls are unknown, as on a kernel built without it.
Result<void> addX32(void* filter) {
#if defined(__x86_64__) && !defined(__ILP32__)
    if (const int error = seccomp_arch_add(filter, SCMP_ARCH_X32); error < 0) {
        return failed("add x32", error);
    }
#else
    static_cast<void>(filter);
#endif
    return {};
}

// The families that need no kernel code but what every host uses anyway; the others are not there.
void appendFamilies(std::vector<sock_filter>& program) {
    constexpr std::array<std::uint32_t, 4> families{AF_UNIX, AF_INET, AF_INET6, AF_NETLINK};
    const auto add = [&program](unsigned code, std::uint32_t k, std::size_t yes = 0, std::size_t no = 0) {
        program.push_back(
            {static_cast<std::uint16_t>(code), static_cast<std::uint8_t>(yes), static_cast<std::uint8_t>(no), k});
    };
    add(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr));
    add(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, families.size() + 2);
    add(BPF_LD | BPF_W | BPF_ABS, lowHalf(0));
    for (std::size_t position = 0; position < families.size(); ++position) {
        add(BPF_JMP | BPF_JEQ | BPF_K, families[position], families.size() - position);
    }
    add(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EAFNOSUPPORT);
}

std::vector<sock_filter> beforeTheRules(const Variant& variant) {
    std::vector<sock_filter> program;
    for (const Refusal& refusal : refusals) {
        appendRefusal(program, refusal);
    }
    if (variant.onlyFamilies) {
        appendFamilies(program);
    }
    return program;
}

Result<std::vector<sock_filter>> compileAllowList(const Variant& variant) {
    Result<Filter> made = makeFilter(SCMP_ACT_ERRNO(ENOSYS));
    if (!made) {
        return std::move(made).error();
    }
    void* filter = made.value().get();
    if (Result<void> done = addRules(filter, variant); !done) {
        return std::move(done).error();
    }
    if (Result<void> done = addX32(filter); !done) {
        return std::move(done).error();
    }
    Result<std::vector<sock_filter>> rules = exportProgram(filter);
    if (!rules) {
        return rules;
    }
    std::vector<sock_filter> program = beforeTheRules(variant);
    program.insert(program.end(), rules.value().begin(), rules.value().end());
    return program;
}

// What else this machine executes: a call by another architecture's number would pass a filter that does not know it.
Result<void> addForeignArchitectures(void* filter) {
#if defined(__x86_64__) && !defined(__ILP32__)
    constexpr std::array<std::uint32_t, 2> foreign{SCMP_ARCH_X86, SCMP_ARCH_X32};
#elif defined(__aarch64__)
    constexpr std::array<std::uint32_t, 1> foreign{SCMP_ARCH_ARM};
#else
    constexpr std::array<std::uint32_t, 0> foreign{};
#endif
    for (const std::uint32_t architecture : foreign) {
        if (const int error = seccomp_arch_add(filter, architecture); error < 0) {
            return failed("add an architecture", error);
        }
    }
    return {};
}

// On the low 32 bits, which are all that the kernel looks at.
Result<void> refuseRequest(void* filter, std::uint64_t request) {
    const scmp_arg_cmp equal{1, SCMP_CMP_MASKED_EQ, UINT32_MAX, request};
    if (const int error = seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ioctl), 1, &equal);
        error < 0) {
        return failed("refuse an ioctl", error);
    }
    return {};
}

// clone3(2) has its flags in memory: without it programs use clone(2).
Result<void> refuseNamespaces(void* filter, std::uint32_t flags) {
    if (flags == 0) {
        return {};
    }
    for (const int call : {SCMP_SYS(clone), SCMP_SYS(unshare)}) {
        const scmp_arg_cmp set{0, SCMP_CMP_MASKED_EQ, flags, flags};
        if (const int error = seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EPERM), call, 1, &set); error < 0) {
            return failed("refuse flags of a call", error);
        }
    }
    const int error = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), clone3Number, 0);
    return error < 0 ? failed("refuse clone3", error) : Result<void>();
}

} // namespace

Result<std::vector<sock_filter>> compileDefaultFilter() {
    return compileAllowList({});
}

Result<std::vector<sock_filter>> compileStrictFilter() {
    return compileAllowList({.refused = strictlyRefusedCalls(), .onlyFamilies = true});
}

Result<std::vector<sock_filter>> compileCapableFilter() {
    return compileAllowList({.allowed = capableCalls(), .namespaces = CLONE_NEWUSER});
}

Result<std::vector<sock_filter>> compileNestingFilter() {
    return compileAllowList({.allowed = capableCalls(), .namespaces = 0});
}

Result<std::vector<sock_filter>> compileHostFilter() {
    return compileAllowList({.refused = reachingCalls()});
}

namespace {

// All calls but those that type into terminals, on every architecture that this machine executes.
Result<std::vector<sock_filter>> compileDenyList(Calls refused, std::uint32_t namespaces) {
    Result<Filter> made = makeFilter(SCMP_ACT_ALLOW);
    if (!made) {
        return std::move(made).error();
    }
    void* filter = made.value().get();
    if (Result<void> done = addForeignArchitectures(filter); !done) {
        return std::move(done).error();
    }
    for (const std::uint64_t request : {std::uint64_t{TIOCSTI}, std::uint64_t{TIOCLINUX}}) {
        if (Result<void> done = refuseRequest(filter, request); !done) {
            return std::move(done).error();
        }
    }
    if (Result<void> calls = addCalls(filter, SCMP_ACT_ERRNO(EPERM), refused); !calls) {
        return std::move(calls).error();
    }
    if (Result<void> flags = refuseNamespaces(filter, namespaces); !flags) {
        return std::move(flags).error();
    }
    return exportProgram(filter);
}

} // namespace

Result<std::vector<sock_filter>> compileMinimalFilter() {
    return compileDenyList({}, 0);
}

Result<std::vector<sock_filter>> compileHostFloor() {
    return compileDenyList(reachingCalls(), CLONE_NEWUSER);
}

Result<std::vector<sock_filter>> compileIdleFilter() {
    Result<Filter> made = makeFilter(SCMP_ACT_KILL_PROCESS);
    if (!made) {
        return std::move(made).error();
    }
    void* filter = made.value().get();
    if (Result<void> done = addCalls(filter, SCMP_ACT_ALLOW, idleCalls()); !done) {
        return std::move(done).error();
    }
    return exportProgram(filter);
}

Result<FilterSet> compileFilters() {
    FilterSet set;
    const struct {
        std::vector<sock_filter>& filter;
        Result<std::vector<sock_filter>> (*compile)();
    } filters[] = {{set.standard, compileDefaultFilter}, {set.strict, compileStrictFilter},
                   {set.minimal, compileMinimalFilter},  {set.capable, compileCapableFilter},
                   {set.nesting, compileNestingFilter},  {set.host, compileHostFilter},
                   {set.hostFloor, compileHostFloor},    {set.idle, compileIdleFilter}};
    for (const auto& [filter, compile] : filters) {
        Result<std::vector<sock_filter>> compiled = compile();
        if (!compiled) {
            return std::move(compiled).error();
        }
        filter = std::move(compiled).value();
    }
    return set;
}

} // namespace sandboxd::plan
