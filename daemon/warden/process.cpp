#include "warden/process.hpp"

#include "base/syscall.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <csignal>

namespace sandboxd::warden {

namespace {

void sort(int* numbers, std::size_t count) noexcept {
    for (std::size_t i = 1; i < count; ++i) {
        for (std::size_t j = i; j > 0 && numbers[j - 1] > numbers[j]; --j) {
            const int larger = numbers[j - 1];
            numbers[j - 1] = numbers[j];
            numbers[j] = larger;
        }
    }
}

} // namespace

void closeAllBut(int* keep, std::size_t count) noexcept {
    closeFrom(3, keep, count);
}

void closeFrom(unsigned first, int* keep, std::size_t count) noexcept {
    sort(keep, count);
    for (std::size_t i = 0; i < count; ++i) {
        if (keep[i] < static_cast<int>(first)) {
            continue; // absent, below, or twice in the list
        }
        const auto kept = static_cast<unsigned>(keep[i]);
        if (kept > first) {
            sys::closeRange(first, kept - 1);
        }
        first = kept + 1;
    }
    sys::closeRange(first, ~0U);
}

bool forbidTracing() noexcept {
    return ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
}

bool forbidCoreDumps() noexcept {
    const rlimit limit{1, 1};
    return ::setrlimit(RLIMIT_CORE, &limit) == 0;
}

void resetSignals() noexcept {
    struct sigaction defaults {};
    defaults.sa_handler = SIG_DFL;
    for (int signal = 1; signal < 65; ++signal) {
        ::sigaction(signal, &defaults, nullptr); // fails for KILL, STOP and glibc's own two, which have no handler
    }
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

void forgetHandlers() noexcept {
    for (int signal = 1; signal < 65; ++signal) {
        struct sigaction present {};
        if (::sigaction(signal, nullptr, &present) == 0 && present.sa_handler != SIG_IGN &&
            present.sa_handler != SIG_DFL) {
            ::signal(signal, SIG_DFL);
        }
    }
}

void raiseFileLimit() noexcept {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
}

} // namespace sandboxd::warden
