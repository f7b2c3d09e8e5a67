// Written to fork: the child calls the kernel and nothing else.
#include "trials.hpp"

#include "sandboxd/descriptor.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sandboxd::ctl::doctor {
namespace {

// What the child must know before it is in its new namespace, where its ids have no names yet.
struct Identity {
    std::array<char, 64> uidMap{};
    std::array<char, 64> gidMap{};
};

Identity identityOfCaller() {
    Identity identity;
    std::snprintf(identity.uidMap.data(), identity.uidMap.size(), "%u %u 1", ::geteuid(), ::geteuid());
    std::snprintf(identity.gidMap.data(), identity.gidMap.size(), "%u %u 1", ::getegid(), ::getegid());
    return identity;
}

bool writeFile(const char* path, const char* text) {
    const int fd = ::open(path, O_WRONLY | O_CLOEXEC);
    const ssize_t size = static_cast<ssize_t>(std::char_traits<char>::length(text));
    const bool written = fd >= 0 && ::write(fd, text, static_cast<std::size_t>(size)) == size;
    const int error = errno;
    if (fd >= 0) {
        ::close(fd);
    }
    errno = error;
    return written;
}

bool mapIdentity(const Identity& identity) {
    return writeFile("/proc/self/setgroups", "deny") && writeFile("/proc/self/uid_map", identity.uidMap.data()) &&
           writeFile("/proc/self/gid_map", identity.gidMap.data());
}

// Nothing of it reaches the outer mount namespace.
bool mountTmpfs() {
    return ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
           ::mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, nullptr) == 0;
}

// Only a process inside the new pid namespace can mount its /proc. Its errno is its exit status.
bool mountProcInChild() {
    const pid_t child = ::fork();
    if (child == 0) {
        ::_exit(::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) == 0 ? 0 : errno);
    }
    int status = 0;
    if (child < 0 || ::waitpid(child, &status, 0) != child) {
        return false;
    }
    errno = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool take(NamespaceStep step, const Identity& identity) {
    switch (step) {
    case NamespaceStep::userNamespace:
        return ::unshare(CLONE_NEWUSER) == 0;
    case NamespaceStep::identityMap:
        return mapIdentity(identity);
    case NamespaceStep::mountNamespace:
        return ::unshare(CLONE_NEWNS) == 0;
    case NamespaceStep::tmpfs:
        return mountTmpfs();
    case NamespaceStep::pidNamespace:
        return ::unshare(CLONE_NEWPID) == 0;
    case NamespaceStep::proc:
        return mountProcInChild();
    case NamespaceStep::done:
        return false;
    }
    return false;
}

// Each step is announced before it is taken: what a filter kills is known by its last word.
struct Word {
    NamespaceStep step;
    int errorNumber;
};

void say(int to, Word word) {
    [[maybe_unused]] const ssize_t written = ::write(to, &word, sizeof word);
}

[[noreturn]] void tryAll(int to, const Identity& identity) {
    for (int number = 0; number < static_cast<int>(NamespaceStep::done); ++number) {
        const auto step = static_cast<NamespaceStep>(number);
        say(to, {step, 0});
        errno = 0;
        if (!take(step, identity)) {
            say(to, {step, errno});
            ::_exit(0);
        }
    }
    say(to, {NamespaceStep::done, 0});
    ::_exit(0);
}

} // namespace

NamespaceTrial tryNamespaces() {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0) {
        return {NamespaceStep::userNamespace, errno};
    }
    const client::Descriptor hears(ends[0]);
    client::Descriptor says(ends[1]);
    const Identity identity = identityOfCaller();
    const pid_t child = ::fork();
    if (child == 0) {
        tryAll(says.get(), identity);
    }
    const int error = errno;
    says.reset();
    if (child < 0) {
        return {NamespaceStep::userNamespace, error};
    }
    Word last{NamespaceStep::userNamespace, 0};
    while (::read(hears.get(), &last, sizeof last) == static_cast<ssize_t>(sizeof last)) {
    }
    ::waitpid(child, nullptr, 0);
    return {last.step, last.errorNumber};
}

} // namespace sandboxd::ctl::doctor
