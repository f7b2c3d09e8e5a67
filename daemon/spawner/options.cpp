#include "spawner/options.hpp"

#include "warden/proc_text.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace sandboxd::spawner {

namespace {

constexpr int firstPassed = 3;              // SD_LISTEN_FDS_START
constexpr std::int64_t highest = INT32_MAX; // uids from 2^31 on are refused everywhere

bool parseOwners(const char* text, Options& options) noexcept {
    std::int64_t first = 0;
    std::int64_t count = 0;
    if (!warden::takeNumber(text, first) || *text++ != ':' || !warden::takeNumber(text, count) || *text != '\0') {
        return false;
    }
    if (first < 1 || count < 1 || first > highest || count > highest || first + count - 1 > highest) {
        return false;
    }
    options.firstOwner = static_cast<std::uint32_t>(first);
    options.ownerCount = static_cast<std::uint32_t>(count);
    return true;
}

bool isNumber(const char* text, std::int64_t wanted) noexcept {
    std::int64_t number = 0;
    return text != nullptr && warden::takeNumber(text, number) && *text == '\0' && number == wanted;
}

bool isListening(int fd) noexcept {
    int type = 0;
    int listening = 0;
    socklen_t size = sizeof type;
    return ::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_SEQPACKET &&
           ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) == 0 && listening != 0;
}

} // namespace

bool parseOptions(int count, char** arguments, Options& options) noexcept {
    for (int i = 1; i < count; ++i) {
        if (std::strcmp(arguments[i], "--insecure-no-apparmor-check") == 0) {
            options.checksAppArmor = false;
            continue;
        }
        const char* name = arguments[i++];
        if (i == count) {
            return false;
        }
        if (std::strcmp(name, "--owners") == 0) {
            if (!parseOwners(arguments[i], options)) {
                return false;
            }
        } else if (std::strcmp(name, "--cgroup") == 0) {
            options.cgroup = arguments[i];
        } else {
            return false;
        }
    }
    return true;
}

int takeListener() noexcept {
    if (!isNumber(::getenv("LISTEN_PID"), ::getpid()) || !isNumber(::getenv("LISTEN_FDS"), 1)) {
        return -1;
    }
    if (!isListening(firstPassed) || ::fcntl(firstPassed, F_SETFD, FD_CLOEXEC) != 0 ||
        ::fcntl(firstPassed, F_SETFL, O_NONBLOCK) != 0) {
        return -1;
    }
    return firstPassed;
}

bool findServedUid(int listener, uid_t& uid) noexcept {
    sockaddr_un address{};
    socklen_t size = sizeof address - 1;
    if (::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
        return false;
    }
    if (address.sun_family != AF_UNIX || address.sun_path[0] != '/') {
        errno = EINVAL; // an abstract socket has no owner
        return false;
    }
    struct stat info {};
    if (::lstat(address.sun_path, &info) != 0) {
        return false;
    }
    uid = info.st_uid;
    return true;
}

} // namespace sandboxd::spawner
