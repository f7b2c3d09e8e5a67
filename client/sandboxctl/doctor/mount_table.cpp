#include "mount_table.hpp"

#include <algorithm>
#include <array>
#include <sstream>
#include <string_view>

namespace sandboxd::ctl::doctor {
namespace {

// Directories that are empty for ever: the kernel does not mind what is mounted there (mnt_already_visible()).
constexpr std::array<std::string_view, 2> harmless{"/proc/sys/fs/binfmt_misc", "/proc/fs/nfsd"};

bool isReadOnly(const std::string& options) {
    return options == "ro" || options.starts_with("ro,");
}

} // namespace

std::vector<Mount> parseMountInfo(const std::string& text) {
    std::vector<Mount> mounts;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string id, parent, device, root, options, word;
        Mount mount;
        words >> id >> parent >> device >> root >> mount.point >> options;
        while (words >> word && word != "-") { // optional fields
        }
        if (words >> mount.type) {
            mount.readOnly = isReadOnly(options);
            mounts.push_back(std::move(mount));
        }
    }
    return mounts;
}

std::vector<std::string> coversOfProc(const std::vector<Mount>& mounts) {
    std::vector<std::string> covers;
    for (const Mount& mount : mounts) {
        if (mount.point.starts_with("/proc/") &&
            std::find(harmless.begin(), harmless.end(), mount.point) == harmless.end()) {
            covers.push_back(mount.point);
        }
    }
    return covers;
}

} // namespace sandboxd::ctl::doctor
