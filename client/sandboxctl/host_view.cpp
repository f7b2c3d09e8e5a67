#include "host_view.hpp"

#include "path_text.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <dirent.h>
#include <limits.h>
#include <memory>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

namespace sandboxd::ctl {
namespace {

constexpr std::array<std::string_view, 6> systemNames{"usr", "etc", "opt", "nix", "bin", "sbin"};
constexpr int longestLinkChain = 40; // as in the kernel, path_resolution(7)

struct Free {
    void operator()(char* text) const noexcept { std::free(text); }
};
struct CloseDirectory {
    void operator()(DIR* directory) const noexcept { ::closedir(directory); }
};

std::optional<std::string> readLink(const std::string& path) {
    std::string text(PATH_MAX, '\0');
    const ssize_t length = ::readlink(path.c_str(), text.data(), text.size());
    if (length < 0) {
        return std::nullopt;
    }
    text.resize(static_cast<std::size_t>(length));
    return text;
}

std::string resolve(const std::string& path) {
    const std::unique_ptr<char, Free> resolved(::realpath(path.c_str(), nullptr));
    return resolved ? resolved.get() : "";
}

bool isSystemName(std::string_view name) {
    return name.starts_with("lib") || std::find(systemNames.begin(), systemNames.end(), name) != systemNames.end();
}

std::optional<RootEntry> lookAtEntry(const std::string& path) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) {
        return std::nullopt;
    }
    if (S_ISLNK(status.st_mode)) {
        return RootEntry{path, readLink(path)};
    }
    return S_ISDIR(status.st_mode) ? std::optional(RootEntry{path, std::nullopt}) : std::nullopt;
}

std::vector<RootEntry> lookAtRoot() {
    std::vector<RootEntry> entries;
    const std::unique_ptr<DIR, CloseDirectory> root(::opendir("/"));
    while (const dirent* entry = root ? ::readdir(root.get()) : nullptr) {
        if (isSystemName(entry->d_name)) {
            if (auto found = lookAtEntry(std::string("/") + entry->d_name)) {
                entries.push_back(*std::move(found));
            }
        }
    }
    std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    return entries;
}

std::optional<std::string> lookAtHome() {
    const char* home = std::getenv("HOME");
    if (home == nullptr || home[0] != '/') {
        return std::nullopt;
    }
    return normalise(home, "/");
}

std::optional<std::string> lookAtCurrentDirectory() {
    const std::unique_ptr<char, Free> path(::getcwd(nullptr, 0));
    // The kernel marks what cannot be reached from the root by a path that does not begin with a slash.
    return path && path.get()[0] == '/' ? std::optional<std::string>(path.get()) : std::nullopt;
}

std::optional<ResolverFile> lookAtResolver(const std::vector<RootEntry>& entries) {
    const auto inSystem = [&](const std::string& path) {
        return std::any_of(entries.begin(), entries.end(),
                           [&](const RootEntry& entry) { return isWithin(path, entry.path); });
    };
    std::string path = "/etc/resolv.conf";
    for (int links = 0; links < longestLinkChain && inSystem(path); ++links) {
        const std::optional<std::string> text = readLink(path);
        if (!text) {
            return std::nullopt;
        }
        path = normalise(*text, parentOf(path));
    }
    const std::string source = resolve(path);
    return source.empty() ? std::nullopt : std::optional(ResolverFile{source, path});
}

} // namespace

HostView lookAtHost(bool withResolver) {
    HostView view;
    view.rootEntries = lookAtRoot();
    view.home = lookAtHome();
    view.resolvedHome = view.home ? resolve(*view.home) : "";
    view.currentDirectory = lookAtCurrentDirectory();
    if (withResolver) {
        view.resolver = lookAtResolver(view.rootEntries);
    }
    return view;
}

} // namespace sandboxd::ctl
