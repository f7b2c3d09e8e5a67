#include "warden/information.hpp"

#include "warden/proc_text.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

namespace sandboxd::warden {

namespace {

// Text put together in place; what is longer than it can be is cut.
class Text {
public:
    void add(const char* text) noexcept {
        for (; *text != '\0' && size_ < sizeof bytes_; ++text) {
            bytes_[size_++] = *text;
        }
    }
    void add(std::uint64_t number) noexcept {
        char digits[24];
        putNumber(digits, number);
        add(digits);
    }
    [[nodiscard]] bool writeTo(int fd) const noexcept {
        std::size_t done = 0;
        while (done < size_) {
            const ssize_t written = ::write(fd, bytes_ + done, size_ - done);
            if (written < 0 && errno != EINTR) {
                return false;
            }
            done += written > 0 ? static_cast<std::size_t>(written) : 0;
        }
        return true;
    }

private:
    char bytes_[512];
    std::size_t size_ = 0;
};

// Around the members: those of bubblewrap, so that its readers read ours.
struct Layout {
    const char* open;
    const char* next;
    const char* close;
};
constexpr Layout severalLines{"{\n    ", ",\n    ", "\n}\n"};
constexpr Layout oneLine{"{ ", ", ", " }\n"};

// Below the host's /proc `self` is our pid there.
bool addPid(int proc, Text& text) noexcept {
    char pid[24];
    const ssize_t size = ::readlinkat(proc, "self", pid, sizeof pid - 1);
    if (size < 0) {
        return false;
    }
    pid[size] = '\0';
    text.add("\"child-pid\": ");
    text.add(pid);
    return true;
}

bool addNamespaces(int proc, const wire::Header& header, const Layout& layout, Text& text) noexcept {
    const auto isUnshared = [&](std::uint32_t flag) { return (header.namespaces & flag) != 0; };
    const bool hasNetwork = header.network != static_cast<unsigned>(wire::Network::host);
    const struct {
        const char* member;
        const char* file;
        bool isNew;
    } rows[] = {
        {"\"cgroup-namespace\": ", "self/ns/cgroup", isUnshared(wire::unshareCgroup)},
        {"\"ipc-namespace\": ", "self/ns/ipc", isUnshared(wire::unshareIpc)},
        {"\"mnt-namespace\": ", "self/ns/mnt", true},
        {"\"net-namespace\": ", "self/ns/net", hasNetwork},
        {"\"pid-namespace\": ", "self/ns/pid", isUnshared(wire::unsharePid)},
        {"\"uts-namespace\": ", "self/ns/uts", isUnshared(wire::unshareUts)},
    };
    for (const auto& row : rows) {
        struct stat info {};
        if (row.isNew && ::fstatat(proc, row.file, &info, 0) != 0) {
            return false;
        }
        if (row.isNew) {
            text.add(layout.next);
            text.add(row.member);
            text.add(std::uint64_t{info.st_ino});
        }
    }
    return true;
}

// Closes `fd`: who reads to the end shall not wait for the payload's.
bool tell(int& fd, int proc, const wire::Header& header, const Layout& layout) noexcept {
    if (fd < 0) {
        return true;
    }
    Text text;
    text.add(layout.open);
    if (!addPid(proc, text) || !addNamespaces(proc, header, layout, text)) {
        return false;
    }
    text.add(layout.close);
    const bool told = text.writeTo(fd);
    const int error = errno;
    ::close(fd);
    fd = -1;
    errno = error;
    return told;
}

} // namespace

Failure tellInformation(const wire::PlanReader& plan, OwnDescriptors& own) noexcept {
    const auto previous = ::signal(SIGPIPE, SIG_IGN); // a reader that is gone is an error to report, not our end
    const bool told =
        tell(own.info, own.proc, plan.header(), severalLines) && tell(own.status, own.proc, plan.header(), oneLine);
    const Failure result = told ? success : failed(SetupStep::information);
    ::signal(SIGPIPE, previous);
    return result;
}

void awaitUnblocked(int block) noexcept {
    char byte = 0;
    while (block >= 0 && ::read(block, &byte, 1) < 0 && errno == EINTR) {
    }
}

void sayNotExecuted(const wire::PlanReader& plan, int error) noexcept {
    const char* parts[] = {"cannot execute ", plan.text(plan.header().program), ": ", strerrordesc_np(error), "\n"};
    iovec pieces[5];
    for (unsigned i = 0; i < 5; ++i) {
        pieces[i] = {const_cast<char*>(parts[i]), parts[i] == nullptr ? 0 : std::strlen(parts[i])};
    }
    static_cast<void>(!::writev(STDERR_FILENO, pieces, 5)); // nobody else is left to tell
}

} // namespace sandboxd::warden
