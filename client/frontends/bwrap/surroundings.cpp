#include "surroundings.hpp"

#include "engine/capability_names.hpp"
#include "inherited.hpp"

#include <array>
#include <climits>
#include <cstdlib>
#include <linux/capability.h>
#include <memory>
#include <sys/stat.h>
#include <sys/syscall.h>
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

std::set<std::string> rootsCapabilities() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, 2> halves{};
    std::set<std::string> held;
    if (::getuid() != 0 || ::syscall(SYS_capget, &header, halves.data()) != 0) {
        return held;
    }
    const std::span<const std::string_view> names = engine::capabilityNames();
    for (std::size_t i = 0; i < names.size(); ++i) {
        if ((halves.at(i / 32).effective >> (i % 32) & 1U) != 0) {
            held.emplace(names[i]);
        }
    }
    return held;
}

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
