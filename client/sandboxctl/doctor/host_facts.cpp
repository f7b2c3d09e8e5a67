#include "host_facts.hpp"

#include "mount_table.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <sys/stat.h>

namespace sandboxd::ctl::doctor {
namespace {

namespace fs = std::filesystem;

std::optional<std::string> readFile(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string content{std::istreambuf_iterator<char>(file), {}};
    // Files of the kernel may open and then refuse to be read.
    return file.is_open() && !file.bad() ? std::optional(std::move(content)) : std::nullopt;
}

std::string firstLine(const std::string& path) {
    const std::string content = readFile(path).value_or("");
    return content.substr(0, content.find('\n'));
}

bool exists(const std::string& path) {
    std::error_code ignored;
    return fs::exists(path, ignored);
}

std::optional<std::uint64_t> readNumber(const std::string& path) {
    const std::string text = firstLine(path);
    std::uint64_t number = 0;
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    return error == std::errc{} && rest == end ? std::optional(number) : std::nullopt;
}

// "name (mode)" on each line.
std::vector<LoadedProfile> parseProfiles(const std::string& content) {
    std::vector<LoadedProfile> profiles;
    std::istringstream lines(content);
    for (std::string line; std::getline(lines, line);) {
        const std::size_t open = line.rfind(" (");
        if (open != std::string::npos && line.back() == ')') {
            profiles.push_back({line.substr(0, open), line.substr(open + 2, line.size() - open - 3)});
        }
    }
    return profiles;
}

AppArmorFacts lookAtAppArmor(const std::string& root) {
    AppArmorFacts facts;
    facts.on = firstLine(root + "/sys/module/apparmor/parameters/enabled").starts_with('Y');
    facts.profileFiles = exists(root + "/etc/apparmor.d/sandboxd-spawner");
    if (!facts.on) {
        return facts;
    }
    const std::string security = root + "/sys/kernel/security/apparmor";
    facts.mediatesUserNamespaces =
        firstLine(security + "/features/namespaces/mask").find("userns_create") != std::string::npos;
    if (const auto profiles = readFile(security + "/profiles")) {
        facts.profiles = parseProfiles(*profiles);
    }
    facts.ownLabel = firstLine(root + "/proc/self/attr/apparmor/current");
    return facts;
}

// The value of a key in /proc/self/status, "" if it has none.
std::string statusValue(const std::string& status, const std::string& key) {
    std::istringstream lines(status);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with(key + ":")) {
            const std::size_t start = line.find_first_not_of(" \t", key.size() + 1);
            return start == std::string::npos ? "" : line.substr(start);
        }
    }
    return "";
}

std::string lookForContainer(const std::string& root) {
    if (std::string kind = firstLine(root + "/run/systemd/container"); !kind.empty()) {
        return kind;
    }
    if (exists(root + "/run/.containerenv")) {
        return "podman";
    }
    return exists(root + "/.dockerenv") ? "docker" : "";
}

// Only the initial namespace maps every uid to itself.
bool isInitialMap(const std::string& map) {
    std::istringstream numbers(map);
    std::uint64_t inside = 1;
    std::uint64_t outside = 1;
    std::uint64_t count = 0;
    numbers >> inside >> outside >> count;
    return inside == 0 && outside == 0 && count == UINT32_MAX;
}

// The root of pid 1 can be looked at by root only. A root that is no mount is a chroot for sure.
std::optional<bool> lookForChroot(const std::string& root, const std::vector<Mount>& mounts) {
    struct stat ofFirst {};
    struct stat own {};
    if (::stat((root + "/proc/1/root").c_str(), &ofFirst) == 0 && ::stat((root + "/").c_str(), &own) == 0) {
        return ofFirst.st_dev != own.st_dev || ofFirst.st_ino != own.st_ino;
    }
    const bool rooted = std::any_of(mounts.begin(), mounts.end(), [](const Mount& one) { return one.point == "/"; });
    return rooted || mounts.empty() ? std::nullopt : std::optional(true);
}

void lookAtMounts(HostFacts& facts, const std::vector<Mount>& mounts) {
    facts.procMounted = std::any_of(mounts.begin(), mounts.end(),
                                    [](const Mount& one) { return one.point == "/proc" && one.type == "proc"; });
    facts.procCovers = coversOfProc(mounts);
    for (const Mount& one : mounts) {
        if (one.type == "cgroup2") {
            facts.cgroups.push_back({one.point, !one.readOnly});
        }
    }
}

} // namespace

HostFacts gatherHostFacts(const std::string& root) {
    HostFacts facts;
    const std::string sysctl = root + "/proc/sys";
    facts.kernel = firstLine(sysctl + "/kernel/osrelease");
    facts.appArmor = lookAtAppArmor(root);
    facts.unprivilegedUsernsClone = readNumber(sysctl + "/kernel/unprivileged_userns_clone");
    facts.appArmorRestrictsUserns = readNumber(sysctl + "/kernel/apparmor_restrict_unprivileged_userns");
    facts.maxUserNamespaces = readNumber(sysctl + "/user/max_user_namespaces");
    facts.kernelHasSeccomp =
        firstLine(sysctl + "/kernel/seccomp/actions_avail").find("kill_process") != std::string::npos;
    const std::string status = readFile(root + "/proc/self/status").value_or("");
    facts.filtered = statusValue(status, "Seccomp") == "2";
    facts.noNewPrivileges = statusValue(status, "NoNewPrivs") == "1";
    facts.systemd = exists(root + "/run/systemd/system");
    facts.container = lookForContainer(root);
    const auto map = readFile(root + "/proc/self/uid_map");
    facts.initialUserNamespace = !map || isInitialMap(*map);
    const std::vector<Mount> mounts = parseMountInfo(readFile(root + "/proc/self/mountinfo").value_or(""));
    facts.chrooted = lookForChroot(root, mounts);
    lookAtMounts(facts, mounts);
    return facts;
}

std::string programName(const std::string& root, std::uint32_t pid) {
    return firstLine(root + "/proc/" + std::to_string(pid) + "/comm");
}

} // namespace sandboxd::ctl::doctor
