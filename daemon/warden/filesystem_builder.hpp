// A file system under construction, fsopen(2) to fsmount(2). Remembers the first failure by losing its descriptor.
#pragma once

#include "base/syscall.hpp"

#include <cerrno>

namespace sandboxd::warden {

class FilesystemBuilder {
public:
    explicit FilesystemBuilder(const char* type) noexcept
        : fd_(static_cast<int>(::syscall(SYS_fsopen, type, 1U /* FSOPEN_CLOEXEC */))) {}

    // The kernel takes at most 255 bytes as value.
    void set(const char* key, const char* value) noexcept { configure(1 /* FSCONFIG_SET_STRING */, key, value); }
    void flag(const char* key) noexcept { configure(0 /* FSCONFIG_SET_FLAG */, key, nullptr); }

    // A detached tree; empty with errno if this or an earlier step failed. `attributes`: MOUNT_ATTR_*.
    UniqueFd mount(unsigned attributes) noexcept {
        configure(6 /* FSCONFIG_CMD_CREATE */, nullptr, nullptr);
        if (!fd_) {
            return UniqueFd();
        }
        return UniqueFd(static_cast<int>(::syscall(SYS_fsmount, fd_.get(), 1U /* FSMOUNT_CLOEXEC */, attributes)));
    }

private:
    void configure(unsigned command, const char* key, const char* value) noexcept {
        if (fd_ && ::syscall(SYS_fsconfig, fd_.get(), command, key, value, 0) != 0) {
            const int error = errno;
            fd_.reset();
            errno = error;
        }
    }

    UniqueFd fd_;
};

} // namespace sandboxd::warden
