// One call after another through a compiled filter.
#pragma once

#include "bpf_interpreter.hpp"
#include "plan/seccomp_filter.hpp"

#include <linux/audit.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <vector>

namespace sandboxd::plan {

#if defined(__x86_64__)
inline constexpr std::uint32_t nativeArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
inline constexpr std::uint32_t nativeArchitecture = AUDIT_ARCH_AARCH64;
#endif

using Values = std::initializer_list<std::uint64_t>;

inline constexpr std::uint32_t allow = SECCOMP_RET_ALLOW;
constexpr std::uint32_t fails(int error) {
    return SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error);
}

template <Result<std::vector<sock_filter>> (*compile)()> class FilterTest : public testing::Test {
protected:
    static const std::vector<sock_filter>& filter() {
        static const std::vector<sock_filter> program = compile().value();
        return program;
    }

    static std::uint32_t call(long number, std::array<std::uint64_t, 3> arguments = {},
                              std::uint32_t architecture = nativeArchitecture) {
        seccomp_data data{};
        data.nr = static_cast<int>(number);
        data.arch = architecture;
        std::copy(arguments.begin(), arguments.end(), data.args);
        return runFilter(filter(), data);
    }
};

// What a filter says to one call with one value in all its arguments.
inline std::uint32_t answer(const std::vector<sock_filter>& filter, long number, std::uint64_t argument) {
    seccomp_data data{};
    data.nr = static_cast<int>(number);
    data.arch = nativeArchitecture;
    std::fill(std::begin(data.args), std::end(data.args), argument);
    return runFilter(filter, data);
}

} // namespace sandboxd::plan
