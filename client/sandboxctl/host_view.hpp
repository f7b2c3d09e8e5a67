// What the default view of a sandbox depends on: facts of this host and this process, looked up once.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace sandboxd::ctl {

// A system directory at the root, as it is on this host.
struct RootEntry {
    std::string path;
    std::optional<std::string> linkText; // set if it is a symbolic link, as /bin where /usr is merged
};

// Where /etc/resolv.conf leads outside of the system directories.
struct ResolverFile {
    std::string source; // the file
    std::string target; // where the first link that leaves the system directories points to
    friend bool operator==(const ResolverFile&, const ResolverFile&) = default;
};

struct HostView {
    std::vector<RootEntry> rootEntries;
    std::optional<std::string> home;             // $HOME, absolute and without "." and ".."
    std::string resolvedHome;                    // the same without symbolic links; "" if it does not exist
    std::optional<std::string> currentDirectory; // without symbolic links; none if it is gone
    std::optional<ResolverFile> resolver;
};

// `withResolver`: also look where /etc/resolv.conf leads.
[[nodiscard]] HostView lookAtHost(bool withResolver);

} // namespace sandboxd::ctl
