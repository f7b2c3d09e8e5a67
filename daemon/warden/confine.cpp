#include "warden/confine.hpp"

#include "warden/capabilities.hpp"

#include <linux/filter.h>
#include <linux/seccomp.h>

#include <sys/prctl.h>

namespace sandboxd::warden {

Failure forbidNewPrivileges() noexcept {
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ? success : failed(SetupStep::confine);
}

bool installFilter(wire::View<sock_filter> filter) noexcept {
    sock_fprog program{};
    program.len = static_cast<unsigned short>(filter.count);
    program.filter = const_cast<sock_filter*>(filter.data); // the kernel copies it
    // Not seccomp(2): of a caller's filters all but the last allow prctl(2), as bubblewrap asks, and perhaps no more.
    return ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
}

Failure verifyConfined(const Ids& ids, const HeldCapabilities& capabilities, bool isFiltered) noexcept {
    const bool confined = isCaller(ids) && hasExactly(capabilities) && ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 &&
                          (!isFiltered || ::prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == SECCOMP_MODE_FILTER) &&
                          ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0;
    return confined ? success : failedWith(EPERM, SetupStep::verify);
}

} // namespace sandboxd::warden
