// The caller's own system call filters: bytes that nobody has looked at, from descriptors that can be anything. Only
// the payload's process reads them, as the caller, under the deadline of the set-up; the kernel judges what they say.
#pragma once

#include "warden/failure.hpp"
#include "warden/launch.hpp"

#include <linux/filter.h>

namespace sandboxd::warden {

class CallerFilters {
public:
    // Each to its end, before the descriptors are closed. Step callerFilter.
    Failure read(const Launch& launch) noexcept;

    // In order; needs no_new_privs. Step callerFilter.
    Failure install() const noexcept;

private:
    wire::View<sock_filter> filters_[wire::maxCallerFilters]{};
    std::uint32_t count_ = 0;
};

} // namespace sandboxd::warden
