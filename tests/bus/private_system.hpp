// The private system that the tests run in, as its files and /proc show it: pids of its daemons, the broker's log, what
// is left of sandboxes. Never changes it, except for the kill that a test asks for.
#pragma once

#include "base/unique_fd.hpp"

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace sandboxd::bus_tests {

// Value of an environment variable that tools/private-system sets; throws when it is missing.
std::string environment(const char* name);

// Path below the build directory.
std::string built(const std::string& path);

// Pid of "broker", "spawner" or "polkitd".
pid_t daemonPid(const std::string& name);

// SIGKILL to that daemon; returns when its successor serves.
void killAndAwaitSuccessor(const std::string& name);

std::string readFile(const std::string& path);

// The number after `key` in /proc/PID/status, as text.
std::string statusField(pid_t pid, const std::string& key);

// The process of a pidfd, by this process's pid namespace.
pid_t pidOf(int pidfd);

// When a process started, in clock ticks since boot: with its pid, its identity for polkit.
std::uint64_t startTime(pid_t pid);

// What the descriptors of a process are: targets of its /proc/PID/fd links.
std::vector<std::string> descriptorsOf(pid_t pid);

// Repeats `holds` until it is true or patience ends. Between two looks the broker answers a call: it has then been
// around its loop at least once.
bool eventually(const std::function<bool()>& holds);

// Everything that a sandbox could leave behind, counted at construction.
class Leftovers {
public:
    Leftovers();
    // Fails the test when there is more than at construction: processes, mounts, cgroup leaves, descriptors of the
    // spawner, and, if told, of the broker (an ended sandbox keeps its own for a while). Waits for what is ending.
    void expectNothingNew(bool brokerDescriptors) const;
    // Only what cannot shrink in time: the processes that are new since construction.
    [[nodiscard]] std::set<pid_t> newProcesses() const;

private:
    struct Counts {
        std::set<pid_t> processes;
        std::size_t mounts = 0;
        std::set<std::string> leaves;
        std::size_t spawnerDescriptors = 0;
        std::size_t brokerDescriptors = 0;
    };
    static Counts count();
    Counts before_;
};

// The broker's log from now on.
class LogTail {
public:
    // The file that bus, polkitd, spawner and broker write to.
    static std::string path();

    LogTail();
    // The first line after construction that holds all of `parts`; waits for it.
    std::string awaitLine(const std::vector<std::string>& parts);
    // All lines so far that hold `part`.
    std::vector<std::string> linesWith(const std::string& part);

private:
    std::string path_;
    std::size_t start_ = 0;
};

} // namespace sandboxd::bus_tests
