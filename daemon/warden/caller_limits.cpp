#include "warden/caller_limits.hpp"

#include "warden/proc_text.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace sandboxd::warden {

namespace {

constexpr const char* oomFile = "self/oom_score_adj";

bool raiseOomScore(int proc, std::int32_t wanted) noexcept {
    ProcText text;
    const char* cursor = text.bytes;
    std::int64_t present = 0;
    if (!readProc(proc, oomFile, text) || !takeNumber(cursor, present)) {
        return false;
    }
    if (wanted <= present) {
        return true; // lowering would take CAP_SYS_RESOURCE
    }
    char number[24];
    char* out = number;
    if (wanted < 0) {
        *out++ = '-';
    }
    putNumber(out, static_cast<std::uint64_t>(wanted < 0 ? -wanted : wanted));
    return writeProc(proc, oomFile, number);
}

rlim_t smaller(rlim_t one, rlim_t other) noexcept {
    return one < other ? one : other;
}

} // namespace

Failure takePriorities(int proc, const ProbeRecord& caller) noexcept {
    if (!raiseOomScore(proc, caller.oomScoreAdjust)) {
        return failed(SetupStep::limits);
    }
    // A better priority than ours is given where our RLIMIT_NICE allows it, and is no reason to fail.
    const bool worse = caller.nice > ::getpriority(PRIO_PROCESS, 0);
    if (::setpriority(PRIO_PROCESS, 0, caller.nice) != 0 && worse) {
        return failed(SetupStep::limits);
    }
    return success;
}

Failure takeLimits(const ProbeRecord& caller) noexcept {
    for (unsigned i = 0; i < limitCount; ++i) {
        if (i == RLIMIT_CORE) {
            continue; // ours stays, see forbidCoreDumps(): a handler is no more for what a payload crashes of
        }
        rlimit limit{};
        if (::syscall(SYS_prlimit64, 0, i, nullptr, &limit) != 0) {
            return failed(SetupStep::limits);
        }
        limit.rlim_max = smaller(limit.rlim_max, caller.limits[i].rlim_max);
        limit.rlim_cur = smaller(caller.limits[i].rlim_cur, limit.rlim_max);
        if (::syscall(SYS_prlimit64, 0, i, &limit, nullptr) != 0) {
            return failed(SetupStep::limits);
        }
    }
    ::umask(caller.umask);
    return success;
}

} // namespace sandboxd::warden
