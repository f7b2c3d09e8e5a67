#include "warden/caller_context.hpp"

#include "warden/proc_text.hpp"

#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

namespace sandboxd::warden {

namespace {

constexpr int ofOneProcess = 1; // IOPRIO_WHO_PROCESS, ioprio_set(2); no header of libc has it

} // namespace

bool readContext(pid_t pid, CallerContext& context) noexcept {
    const long scheduled = ::syscall(SYS_sched_getattr, pid, &context.scheduling, sizeof context.scheduling, 0);
    const long processors = ::syscall(SYS_sched_getaffinity, pid, sizeof context.processors, context.processors);
    const long ioPriority = ::syscall(SYS_ioprio_get, ofOneProcess, pid);
    if (scheduled != 0 || processors < 0 || ioPriority < 0) {
        return false;
    }
    context.processorsSize = static_cast<std::uint32_t>(processors);
    context.ioPriority = static_cast<std::uint32_t>(ioPriority);
    return true;
}

void takeScheduling(const CallerContext& context) noexcept {
    ::syscall(SYS_ioprio_set, ofOneProcess, 0, context.ioPriority);
    ::syscall(SYS_sched_setaffinity, 0, context.processorsSize, context.processors);
    if (context.scheduling.policy != SCHED_OTHER) {
        Scheduling scheduling = context.scheduling;
        scheduling.nice = ::getpriority(PRIO_PROCESS, 0); // the caller's has limits of its own, see takePriorities()
        ::syscall(SYS_sched_setattr, 0, &scheduling, 0);
    }
}

void takeLoginUid(int proc, std::uint32_t loginUid) noexcept {
    char number[24];
    putNumber(number, loginUid);
    if (loginUid != UINT32_MAX) {
        writeProc(proc, "self/loginuid", number);
    }
}

void takeSignals(const CallerContext& context) noexcept {
    for (int signal = 1; signal < 65; ++signal) {
        if ((context.ignoredSignals >> (signal - 1) & 1U) != 0) {
            ::signal(signal, SIG_IGN);
        }
    }
    ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &context.blockedSignals, nullptr, sizeof context.blockedSignals);
}

} // namespace sandboxd::warden
