#include "default_view.hpp"

#include "path_text.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace sandboxd::ctl {
namespace {

using client::MountOperation;

constexpr std::uint32_t sticky = 01777;
constexpr std::uint32_t ownersOnly = 0700;

bool isInSystem(const HostView& host, const std::string& path) {
    return std::any_of(host.rootEntries.begin(), host.rootEntries.end(),
                       [&](const RootEntry& entry) { return isWithin(path, entry.path); });
}

// $HOME, unless a tmpfs there would cover or stand in what the sandbox needs: accounts of services have homes such as
// "/", "/usr/games" or "/dev".
std::optional<std::string> privateHome(const HostView& host) {
    constexpr std::array<std::string_view, 3> kernels{"/dev", "/proc", "/sys"};
    if (!host.home || *host.home == "/" || isInSystem(host, *host.home)) {
        return std::nullopt;
    }
    const bool kernel =
        std::any_of(kernels.begin(), kernels.end(), [&](std::string_view path) { return isWithin(*host.home, path); });
    return kernel ? std::nullopt : host.home;
}

// Where the current directory appears if it lies strictly below the home and below no dot directory of it: dot
// directories hold keys and configuration that other programs trust.
std::optional<std::string> projectTarget(const HostView& host, const std::optional<std::string>& home) {
    if (!home || !host.currentDirectory || host.resolvedHome.empty() ||
        !isWithin(*host.currentDirectory, host.resolvedHome) || *host.currentDirectory == host.resolvedHome) {
        return std::nullopt;
    }
    const std::size_t prefix = host.resolvedHome == "/" ? 0 : host.resolvedHome.size();
    const std::string relative = host.currentDirectory->substr(prefix + 1);
    return hasDotComponent(relative) ? std::nullopt : std::optional(*home + "/" + relative);
}

// By link where the host has a link: in a new root nothing follows it while mounting.
MountOperation systemMount(const RootEntry& entry) {
    if (entry.linkText) {
        return client::Symlink{*entry.linkText, entry.path};
    }
    return client::Bind{entry.path, entry.path, true};
}

std::vector<MountOperation> baseMounts(const HostView& host) {
    std::vector<MountOperation> mounts;
    for (const RootEntry& entry : host.rootEntries) {
        mounts.push_back(systemMount(entry));
    }
    mounts.insert(mounts.end(), {client::Proc{}, client::Dev{}, client::Tmpfs{"/tmp", sticky},
                                 client::Tmpfs{"/var/tmp", sticky}, client::Tmpfs{"/run"}});
    if (host.resolver) {
        mounts.emplace_back(client::Bind{host.resolver->source, host.resolver->target, true});
    }
    return mounts;
}

bool isShownBy(const std::vector<MountOperation>& mounts, const std::string& path) {
    return std::any_of(mounts.begin(), mounts.end(), [&](const MountOperation& operation) {
        const auto* bind = std::get_if<client::Bind>(&operation);
        return bind != nullptr && isWithin(path, normalise(bind->target, "/"));
    });
}

} // namespace

DefaultView buildDefaultView(const HostView& host, const std::vector<MountOperation>& more) {
    DefaultView view{baseMounts(host), "/", std::nullopt};
    const std::optional<std::string> home = privateHome(host);
    if (home) {
        view.mounts.emplace_back(client::Tmpfs{*home, ownersOnly});
        view.workingDirectory = *home;
    }
    if (const auto target = projectTarget(host, home)) {
        view.mounts.emplace_back(client::Bind{*host.currentDirectory, *target});
        view.workingDirectory = *target;
        return view;
    }
    if (!host.currentDirectory) {
        return view;
    }
    const std::string& current = *host.currentDirectory;
    if (current == "/" || isInSystem(host, current) || isShownBy(more, current)) {
        view.workingDirectory = current;
    } else {
        view.hidden = current;
    }
    return view;
}

} // namespace sandboxd::ctl
