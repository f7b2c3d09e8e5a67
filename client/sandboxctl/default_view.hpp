// What a sandbox sees if nobody says more: the system read-only, everything else private and empty, and the current
// directory if it is a project of the caller's. Pure.
#pragma once

#include "host_view.hpp"
#include "sandboxd/mount.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sandboxd::ctl {

struct DefaultView {
    std::vector<client::MountOperation> mounts;
    std::string workingDirectory = "/";
    // Set if the current directory is not in the view: its path, for the line that says so.
    std::optional<std::string> hidden;
};

// `more`: mounts that follow; a bind among them may show the current directory after all.
[[nodiscard]] DefaultView buildDefaultView(const HostView& host, const std::vector<client::MountOperation>& more);

} // namespace sandboxd::ctl
