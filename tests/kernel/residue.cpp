#include "residue.hpp"

#include <poll.h>
#include <unistd.h>

#include <cctype>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

namespace sandboxd::kernel_test {

namespace {

std::size_t countEntries(const std::string& directory, bool (*wanted)(const std::filesystem::directory_entry&)) {
    std::size_t count = 0;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
        count += wanted(entry) ? 1U : 0U;
    }
    return count;
}

bool isAnything(const std::filesystem::directory_entry&) {
    return true;
}

bool isProcess(const std::filesystem::directory_entry& entry) {
    return std::isdigit(static_cast<unsigned char>(entry.path().filename().string()[0])) != 0;
}

bool isLeaf(const std::filesystem::directory_entry& entry) {
    std::error_code error;
    return entry.is_directory(error) && entry.path().filename() != "wardens";
}

std::size_t countLines(const std::string& path) {
    std::ifstream file(path);
    std::size_t count = 0;
    for (std::string line; std::getline(file, line);) {
        ++count;
    }
    return count;
}

std::string childrenOf(pid_t pid) {
    const std::string number = std::to_string(pid);
    std::ifstream file("/proc/" + number + "/task/" + number + "/children");
    std::string text;
    std::getline(file, text);
    return text;
}

} // namespace

std::ostream& operator<<(std::ostream& out, const Residue& residue) {
    return out << "mounts " << residue.mounts << ", processes " << residue.processes << ", spawner's descriptors "
               << residue.spawnerFds << ", leaves " << residue.leaves;
}

Residue countResidue(const SpawnerProcess& spawner) {
    Residue residue;
    residue.mounts = countLines("/proc/self/mountinfo");
    residue.processes = countEntries("/proc", isProcess);
    residue.spawnerFds = countEntries("/proc/" + std::to_string(spawner.pid()) + "/fd", isAnything);
    residue.leaves = spawner.cgroup().empty() ? 0 : countEntries(spawner.cgroup(), isLeaf);
    return residue;
}

// /proc has no event for "ended": the only place in these tests that looks again, with an end.
Residue awaitResidue(const SpawnerProcess& spawner, const Residue& expected) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    Residue residue = countResidue(spawner);
    while (!(residue == expected) && std::chrono::steady_clock::now() < deadline) {
        ::poll(nullptr, 0, 2);
        residue = countResidue(spawner);
    }
    return residue;
}

Residue idleResidue(const SpawnerProcess& spawner) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    Residue residue = countResidue(spawner);
    Residue before;
    while ((!childrenOf(spawner.pid()).empty() || residue.leaves != 0 || !(residue == before)) &&
           std::chrono::steady_clock::now() < deadline) {
        ::poll(nullptr, 0, 50); // two equal counts with this much between them: all connections are closed
        before = residue;
        residue = countResidue(spawner);
    }
    return residue;
}

} // namespace sandboxd::kernel_test
