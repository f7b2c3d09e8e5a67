#include "warden/session.hpp"

#include <linux/keyctl.h>

#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace sandboxd::warden {

namespace {

// Major numbers of the slaves of ptys, Documentation/admin-guide/devices.txt. Of anything else an ioctl(2) would ask a
// driver or file server of the caller's.
constexpr unsigned firstPty = 136;
constexpr unsigned lastPty = 143;

bool isPty(int fd) noexcept {
    struct stat info {};
    if (::fstat(fd, &info) != 0) {
        return false;
    }
    const unsigned type = major(info.st_rdev);
    errno = ENOTTY;
    return S_ISCHR(info.st_mode) && type >= firstPty && type <= lastPty;
}

// 0: never one that another session has, which would take CAP_SYS_ADMIN.
Failure takeTerminal(int fd) noexcept {
    return isPty(fd) && ::ioctl(fd, TIOCSCTTY, 0) == 0 ? success : failed(SetupStep::terminal);
}

} // namespace

Failure startSession(const Launch& launch) noexcept {
    const wire::Header& header = launch.plan.header();
    // Without one of its own it stays in the warden's session, which has no terminal to push input into.
    if ((header.process & wire::processNewSession) != 0) {
        ::setsid(); // EPERM: leads one already
    }
    if (::syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr) < 0 && errno != ENOSYS) {
        return failed(SetupStep::confine);
    }
    return header.terminal < 0 ? success : takeTerminal(launch.fd(header.terminal));
}

} // namespace sandboxd::warden
