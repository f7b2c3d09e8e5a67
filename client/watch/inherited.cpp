#include "inherited.hpp"

#include <charconv>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <unistd.h>

namespace sandboxd::watch {
namespace {

struct CloseDirectory {
    void operator()(DIR* directory) const { ::closedir(directory); }
};

bool survivesExec(int descriptor) {
    const int flags = ::fcntl(descriptor, F_GETFD);
    return flags >= 0 && (flags & FD_CLOEXEC) == 0;
}

} // namespace

void occupyStandardStreams() {
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(stream, F_GETFD) < 0) {
            ::open("/dev/null", O_RDWR); // the lowest free number, which is this one
        }
    }
}

std::vector<int> inheritedDescriptors() {
    std::vector<int> descriptors;
    const std::unique_ptr<DIR, CloseDirectory> directory(::opendir("/proc/self/fd"));
    while (const dirent* entry = directory ? ::readdir(directory.get()) : nullptr) {
        int number = -1;
        const char* end = entry->d_name + std::strlen(entry->d_name);
        if (std::from_chars(entry->d_name, end, number).ptr == end && survivesExec(number)) {
            descriptors.push_back(number);
        }
    }
    return descriptors;
}

std::vector<std::string> inheritedEnvironment() {
    std::vector<std::string> entries;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        entries.emplace_back(*entry);
    }
    return entries;
}

} // namespace sandboxd::watch
