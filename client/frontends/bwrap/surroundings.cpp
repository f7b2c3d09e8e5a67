#include "surroundings.hpp"

#include "inherited.hpp"

#include <climits>
#include <cstdlib>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

namespace sandboxd::bwrap {
namespace {

struct Free {
    void operator()(char* text) const { std::free(text); }
};

std::string currentDirectory() {
    const std::unique_ptr<char, Free> path(::get_current_dir_name());
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

} // namespace

Surroundings lookAround() {
    Surroundings surroundings;
    surroundings.uid = ::getuid();
    surroundings.gid = ::getgid();
    surroundings.environment = watch::inheritedEnvironment();
    surroundings.directory = currentDirectory();
    surroundings.ownProgram = ownProgram();
    surroundings.isDirectory = isDirectory;
    return surroundings;
}

} // namespace sandboxd::bwrap
