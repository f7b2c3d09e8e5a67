#include "surroundings.hpp"

#include <charconv>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

namespace sandboxd::bwrap {
namespace {

std::string currentDirectory() {
    const std::unique_ptr<char, decltype(&std::free)> path(::get_current_dir_name(), &std::free);
    return path ? path.get() : "";
}

std::string ownProgram() {
    std::string path(PATH_MAX, '\0');
    const ssize_t length = ::readlink("/proc/self/exe", path.data(), path.size());
    path.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
    return path;
}

bool isDirectory(const std::string& path) {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

bool survivesExec(int descriptor) {
    const int flags = ::fcntl(descriptor, F_GETFD);
    return flags >= 0 && (flags & FD_CLOEXEC) == 0;
}

} // namespace

std::vector<int> inheritedDescriptors() {
    std::vector<int> descriptors;
    const std::unique_ptr<DIR, decltype(&::closedir)> directory(::opendir("/proc/self/fd"), &::closedir);
    while (const dirent* entry = directory ? ::readdir(directory.get()) : nullptr) {
        int number = -1;
        const char* end = entry->d_name + std::strlen(entry->d_name);
        if (std::from_chars(entry->d_name, end, number).ptr == end && survivesExec(number)) {
            descriptors.push_back(number);
        }
    }
    return descriptors;
}

Surroundings lookAround() {
    Surroundings surroundings;
    surroundings.uid = ::getuid();
    surroundings.gid = ::getgid();
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        surroundings.environment.emplace_back(*entry);
    }
    surroundings.directory = currentDirectory();
    surroundings.ownProgram = ownProgram();
    surroundings.isDirectory = isDirectory;
    return surroundings;
}

} // namespace sandboxd::bwrap
