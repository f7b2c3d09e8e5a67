#include "warden/filesystem.hpp"

#include "base/syscall.hpp"
#include "warden/proc_text.hpp"

#include <sys/stat.h>

#include <cerrno>

namespace sandboxd::warden {

namespace {

// A file system under construction, fsopen(2) to fsmount(2). Remembers the first failure by losing its descriptor.
class Builder {
public:
    explicit Builder(const char* type) noexcept
        : fd_(static_cast<int>(::syscall(SYS_fsopen, type, 1U /* FSOPEN_CLOEXEC */))) {}

    void set(const char* key, const char* value) noexcept { configure(1 /* FSCONFIG_SET_STRING */, key, value); }
    void flag(const char* key) noexcept { configure(0 /* FSCONFIG_SET_FLAG */, key, nullptr); }

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

void putOctal(char* out, std::uint32_t mode) noexcept {
    for (int shift = 9; shift >= 0; shift -= 3) {
        *out++ = static_cast<char>('0' + ((mode >> unsigned(shift)) & 7U));
    }
    *out = '\0';
}

} // namespace

UniqueFd makeTmpfs(std::uint32_t mode, std::uint64_t size) noexcept {
    char octal[8];
    putOctal(octal, mode);
    Builder builder("tmpfs");
    builder.set("mode", octal);
    if (size != 0) {
        char bytes[24];
        putNumber(bytes, size);
        builder.set("size", bytes);
    }
    return builder.mount(MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
}

UniqueFd makeProc() noexcept {
    Builder builder("proc");
    return builder.mount(MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
}

UniqueFd makeDevpts() noexcept {
    Builder builder("devpts");
    builder.flag("newinstance");
    builder.set("ptmxmode", "0666");
    builder.set("mode", "620");
    return builder.mount(MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
}

int writeAll(int file, const std::byte* content, std::size_t size) noexcept {
    while (size > 0) {
        const ssize_t written = ::write(file, content, size);
        if (written < 0) {
            return errno;
        }
        content += written;
        size -= static_cast<std::size_t>(written);
    }
    return 0;
}

int makeFile(int directory, const char* name, std::uint32_t mode) noexcept {
    const UniqueFd file(::openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
    return file ? 0 : errno;
}

} // namespace sandboxd::warden
