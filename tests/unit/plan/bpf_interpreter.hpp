// Runs a seccomp filter over one system call, as the kernel would. Knows only the instructions that seccomp allows;
// throws std::logic_error on any other, on a jump out of the program and on a read beside seccomp_data.
#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>

#include <cstdint>
#include <span>

namespace sandboxd::plan {

// The SECCOMP_RET_ value.
[[nodiscard]] std::uint32_t runFilter(std::span<const sock_filter> program, const seccomp_data& data);

} // namespace sandboxd::plan
