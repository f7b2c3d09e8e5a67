#include "warden/filesystem.hpp"

#include "base/syscall.hpp"
#include "warden/filesystem_builder.hpp"
#include "warden/proc_text.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>

namespace sandboxd::warden {

namespace {

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
    FilesystemBuilder builder("tmpfs");
    builder.set("mode", octal);
    if (size != 0) {
        char bytes[24];
        putNumber(bytes, size);
        builder.set("size", bytes);
    }
    return builder.mount(MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
}

UniqueFd makeProc() noexcept {
    FilesystemBuilder builder("proc");
    return builder.mount(MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
}

// A child on the same descriptor table makes it, at a number that is held for it. Its status is an errno.
UniqueFd makeProcOfChildren() noexcept {
    UniqueFd place(::open("/", O_PATH | O_CLOEXEC));
    clone_args arguments{};
    arguments.flags = CLONE_FILES;
    arguments.exit_signal = SIGCHLD;
    const pid_t child = place ? sys::clone3(arguments) : -1;
    if (child == 0) {
        const UniqueFd tree = makeProc();
        ::_exit(tree && ::dup3(tree.get(), place.get(), O_CLOEXEC) >= 0 ? 0 : errno);
    }
    int status = 0;
    if (child < 0 || ::waitpid(child, &status, 0) != child) {
        return UniqueFd();
    }
    if (status == 0) {
        return place;
    }
    errno = WIFEXITED(status) ? WEXITSTATUS(status) : ECHILD;
    return UniqueFd();
}

UniqueFd cloneProc() noexcept {
    const UniqueFd proc(::open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC));
    UniqueFd tree = proc ? sys::cloneTree(proc.get(), true) : UniqueFd();
    constexpr std::uint64_t attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
    if (tree && sys::setMountAttributes(tree.get(), attributes, MS_PRIVATE, true) != 0) {
        tree.reset();
    }
    return tree;
}

UniqueFd makeDevpts() noexcept {
    FilesystemBuilder builder("devpts");
    builder.flag("newinstance");
    builder.set("ptmxmode", "0666");
    builder.set("mode", "620");
    return builder.mount(MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
}

UniqueFd makeMqueue() noexcept {
    return FilesystemBuilder("mqueue").mount(MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
}

UniqueFd makeSysfs() noexcept {
    return FilesystemBuilder("sysfs").mount(MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
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

int copyAll(int from, int file) noexcept {
    std::byte buffer[16384];
    for (;;) {
        const ssize_t got = ::read(from, buffer, sizeof buffer);
        if (got == 0) {
            return 0;
        }
        if (got < 0 && errno == EAGAIN) {
            pollfd entry{from, POLLIN, 0};
            ::poll(&entry, 1, -1); // its sender made it non-blocking; the deadline of the set-up bounds this
            continue;
        }
        if (got < 0) {
            return errno;
        }
        if (const int error = writeAll(file, buffer, static_cast<std::size_t>(got))) {
            return error;
        }
    }
}

int makeFile(int directory, const char* name, std::uint32_t mode) noexcept {
    const UniqueFd file(::openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
    return file ? 0 : errno;
}

} // namespace sandboxd::warden
