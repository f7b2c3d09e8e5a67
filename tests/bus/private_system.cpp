#include "private_system.hpp"

#include "bus_client.hpp"
#include "user_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <stdexcept>

#include <gtest/gtest.h>

namespace sandboxd::bus_tests {
namespace {

namespace fs = std::filesystem;

bool isPid(const std::string& name, pid_t& pid) {
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    return error == std::errc{} && end == name.data() + name.size();
}

// The value of a "Key: value" line.
std::string fieldOf(const std::string& path, const std::string& key) {
    std::istringstream lines(readFile(path));
    for (std::string line; std::getline(lines, line);) {
        if (line.rfind(key + ":", 0) == 0) {
            const std::size_t start = line.find_first_not_of(" \t", key.size() + 1);
            return start == std::string::npos ? "" : line.substr(start);
        }
    }
    return "?";
}

// Zombies count as gone only when somebody has reaped them: a process that nobody reaps is a leftover too.
std::set<pid_t> allProcesses() {
    std::set<pid_t> pids;
    for (const fs::directory_entry& entry : fs::directory_iterator("/proc")) {
        if (pid_t pid = 0; isPid(entry.path().filename(), pid)) {
            pids.insert(pid);
        }
    }
    return pids;
}

std::size_t linesOf(const std::string& path) {
    const std::string content = readFile(path);
    return static_cast<std::size_t>(std::count(content.begin(), content.end(), '\n'));
}

std::set<std::string> cgroupLeaves() {
    std::set<std::string> leaves;
    const char* root = std::getenv("PRIVATE_SYSTEM_CGROUP");
    if (root == nullptr) {
        return leaves;
    }
    for (const fs::directory_entry& entry : fs::directory_iterator(root)) {
        if (entry.is_directory() && entry.path().filename() != "wardens" && entry.path().filename() != "anchor") {
            leaves.insert(entry.path().filename());
        }
    }
    return leaves;
}

} // namespace

bool eventually(const std::function<bool()>& holds) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(patienceMs);
    Connection connection;
    while (!holds()) {
        if (std::chrono::steady_clock::now() > deadline) {
            return false;
        }
        connection.property(Connection::managerPath, Connection::managerInterface, "Version");
    }
    return true;
}

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    if (value == nullptr) {
        throw std::runtime_error(std::string("not in a private system: no ") + name);
    }
    return value;
}

std::string built(const std::string& path) {
    return environment("PRIVATE_SYSTEM_BUILD") + "/" + path;
}

std::string readFile(const std::string& path) {
    std::ifstream stream(path);
    std::ostringstream content;
    content << stream.rdbuf();
    return content.str();
}

pid_t daemonPid(const std::string& name) {
    const std::string content = readFile(environment("PRIVATE_SYSTEM_RUN") + "/" + name + ".pid");
    pid_t pid = 0;
    if (!isPid(content.substr(0, content.find('\n')), pid)) {
        throw std::runtime_error("no pid of " + name);
    }
    return pid;
}

void killAndAwaitSuccessor(const std::string& name) {
    const std::string runDirectory = environment("PRIVATE_SYSTEM_RUN");
    const pid_t old = daemonPid(name);
    const UniqueFd watch(inotify_init1(IN_CLOEXEC));
    inotify_add_watch(watch.get(), runDirectory.c_str(), IN_MOVED_TO);
    Connection connection;
    connection.addMatch("type='signal',member='NameOwnerChanged',arg0='org.sandboxd1'");
    const UniqueFd pidfd = openPidfd(old);
    ::kill(old, SIGKILL);
    awaitExit(pidfd.get(), "the end of " + name);
    const auto successor = [&] {
        const std::string content = readFile(runDirectory + "/" + name + ".pid");
        return !content.empty() && content != std::to_string(old) + "\n";
    };
    while (!successor()) {
        awaitReadable(watch.get(), "the successor of " + name);
        std::array<char, 4096> events{};
        [[maybe_unused]] const ssize_t size = read(watch.get(), events.data(), events.size());
    }
    if (name != "broker") {
        return;
    }
    connection.receive("the broker's name", [](sd_bus_message* message) {
        const char* bus = nullptr;
        const char* before = nullptr;
        const char* after = nullptr;
        return sd_bus_message_is_signal(message, nullptr, "NameOwnerChanged") > 0 &&
               sd_bus_message_rewind(message, 1) >= 0 &&
               sd_bus_message_read(message, "sss", &bus, &before, &after) > 0 && *after != '\0';
    });
}

std::string statusField(pid_t pid, const std::string& key) {
    return fieldOf("/proc/" + std::to_string(pid) + "/status", key);
}

pid_t pidOf(int pidfd) {
    return std::stoi(fieldOf("/proc/self/fdinfo/" + std::to_string(pidfd), "Pid"));
}

// Field 22 of /proc/PID/stat. The second field may hold spaces and ends with the last parenthesis.
std::uint64_t startTime(pid_t pid) {
    const std::string stat = readFile("/proc/" + std::to_string(pid) + "/stat");
    std::istringstream fields(stat.substr(stat.rfind(')') + 2));
    std::string field;
    for (int index = 3; index <= 22; ++index) {
        fields >> field;
    }
    return std::stoull(field);
}

std::vector<std::string> descriptorsOf(pid_t pid) {
    std::vector<std::string> targets;
    for (const fs::directory_entry& entry : fs::directory_iterator("/proc/" + std::to_string(pid) + "/fd")) {
        std::error_code error; // a descriptor may be closed while we look
        const std::string target = fs::read_symlink(entry.path(), error);
        if (!error) {
            targets.push_back(target);
        }
    }
    return targets;
}

Leftovers::Leftovers() : before_(count()) {}

Leftovers::Counts Leftovers::count() {
    Counts counts;
    counts.processes = allProcesses();
    counts.mounts =
        linesOf("/proc/self/mountinfo") + linesOf("/proc/" + std::to_string(daemonPid("spawner")) + "/mountinfo");
    counts.leaves = cgroupLeaves();
    counts.spawnerDescriptors = descriptorsOf(daemonPid("spawner")).size();
    counts.brokerDescriptors = descriptorsOf(daemonPid("broker")).size();
    return counts;
}

namespace {

// 0 if it has none.
pid_t oldestChildOf(pid_t pid) {
    pid_t child = 0;
    std::istringstream(readFile("/proc/" + std::to_string(pid) + "/task/" + std::to_string(pid) + "/children")) >>
        child;
    return child;
}

} // namespace

std::set<pid_t> Leftovers::newProcesses() const {
    std::set<pid_t> found;
    // Of those that a test killed; the broker has one process for closing descriptors.
    const std::set<pid_t> successors{daemonPid("broker"), daemonPid("spawner"), oldestChildOf(daemonPid("broker"))};
    for (const pid_t pid : allProcesses()) {
        if (successors.count(pid) == 0 && before_.processes.count(pid) == 0) {
            found.insert(pid);
        }
    }
    return found;
}

void Leftovers::expectNothingNew(bool brokerDescriptors) const {
    const auto newLeaves = [this] {
        std::set<std::string> found = cgroupLeaves();
        for (const std::string& leaf : before_.leaves) {
            found.erase(leaf);
        }
        return found;
    };
    EXPECT_TRUE(eventually([&] { return newProcesses().empty(); })) << "process left behind: " << [&] {
        std::string names;
        for (const pid_t pid : newProcesses()) {
            names += std::to_string(pid) + " " + statusField(pid, "Name") + " " + statusField(pid, "State") + "; ";
        }
        return names;
    }();
    EXPECT_TRUE(eventually([&] { return newLeaves().empty(); })) << "cgroup left behind: " << *newLeaves().begin();
    EXPECT_TRUE(eventually([&] { return count().spawnerDescriptors <= before_.spawnerDescriptors; }))
        << "descriptors left in the spawner";
    EXPECT_LE(count().mounts, before_.mounts) << "mounts left behind";
    if (brokerDescriptors) {
        EXPECT_TRUE(eventually([&] { return count().brokerDescriptors <= before_.brokerDescriptors; }))
            << "descriptors left in the broker: " << count().brokerDescriptors << " after "
            << before_.brokerDescriptors;
    }
}

std::string LogTail::path() {
    const char* chosen = std::getenv("SANDBOXD_LOG");
    return chosen != nullptr ? chosen : environment("PRIVATE_SYSTEM_RUN") + "/log";
}

LogTail::LogTail() : path_(path()), start_(readFile(path_).size()) {}

std::vector<std::string> LogTail::linesWith(const std::string& part) {
    std::vector<std::string> found;
    std::istringstream lines(readFile(path_).substr(start_));
    for (std::string line; std::getline(lines, line);) {
        if (line.find(part) != std::string::npos) {
            found.push_back(line);
        }
    }
    return found;
}

std::string LogTail::awaitLine(const std::vector<std::string>& parts) {
    const UniqueFd watch(inotify_init1(IN_CLOEXEC));
    inotify_add_watch(watch.get(), path_.c_str(), IN_MODIFY);
    while (true) {
        for (const std::string& line : linesWith(parts.front())) {
            if (std::all_of(parts.begin(), parts.end(),
                            [&](const std::string& part) { return line.find(part) != std::string::npos; })) {
                return line;
            }
        }
        awaitReadable(watch.get(), "a log line with " + parts.front());
        std::array<char, 4096> events{};
        [[maybe_unused]] const ssize_t size = read(watch.get(), events.data(), events.size());
    }
}

} // namespace sandboxd::bus_tests
