// How a caller is scheduled and what signals do to it, for the payload: what a program inherits from who starts it and
// needs no privilege to have.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace sandboxd::warden {

inline constexpr unsigned maxProcessors = 8192; // CONFIG_NR_CPUS where it is largest

// struct sched_attr as it was first, sched_setattr(2): the kernel's header and that of libc's sched.h exclude each
// other.
struct Scheduling {
    std::uint32_t size;
    std::uint32_t policy;
    std::uint64_t flags;
    std::int32_t nice;
    std::uint32_t priority;
    std::uint64_t runtime;
    std::uint64_t deadline;
    std::uint64_t period;
};
static_assert(sizeof(Scheduling) == 48);

struct CallerContext {
    Scheduling scheduling;
    std::uint32_t ioPriority;     // ioprio_get(2)
    std::uint32_t processorsSize; // bytes of the mask that the kernel filled
    unsigned long processors[maxProcessors / 8 / sizeof(unsigned long)];
    std::uint64_t blockedSignals; // bit 0 is signal 1
    std::uint64_t ignoredSignals;
};

// All but the signals, which stand in the status file. As the caller; false with errno.
bool readContext(pid_t pid, CallerContext& context) noexcept;

// Policy, processors, input and output. What the kernel does not allow (real time without the right to it, processors
// that our control group does not have) stays as it is.
void takeScheduling(const CallerContext& context) noexcept;

// To whom audit(8) lays what this process and its children do: the caller's login, where the spawner has none of its
// own (a service has none), and stays so otherwise. While root's files in /proc can be written.
void takeLoginUid(int proc, std::uint32_t loginUid) noexcept;

// In a process whose signals have their defaults, as every child of a warden. Late: what is ignored or blocked might be
// ours.
void takeSignals(const CallerContext& context) noexcept;

} // namespace sandboxd::warden
