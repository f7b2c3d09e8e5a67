// Users of their own for each test and child processes that become them. Root's part only: it never talks D-Bus.
#pragma once

#include "base/unique_fd.hpp"

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

namespace sandboxd::bus_tests {

// An account of the private system. Each test takes its own, so that no quota and no refusal of another test counts.
struct User {
    std::string name;
    uid_t uid = 0;
    gid_t gid = 0;
    std::vector<gid_t> groups; // without `gid`
    std::string home;          // mode 0700
};

// Makes an account that no test had before. `groups`: names of supplementary groups, made if they are missing.
User freshUser(const std::vector<std::string>& groups = {});

// One direction between two processes: whole texts, in order. Made before the fork, used on both sides.
class Line {
public:
    Line();
    void say(const std::string& text = "go") const;
    // Throws std::runtime_error when nothing comes within the test's patience.
    [[nodiscard]] std::string hear() const;

private:
    UniqueFd speaker_;
    UniqueFd listener_;
};

// The ids, groups and environment of `user` for the calling process, for good; dumpable again afterwards, as a program
// is that its user started.
void becomeUser(const User& user);

// A child that becomes `user` and runs `body` with gtest's assertions. finish(), or the destructor, waits for it and
// passes its failures on.
class UserProcess {
public:
    UserProcess(const User& user, const std::function<void()>& body);
    // The same as whoever the test is (root), for what only root can prepare.
    static UserProcess unchanged(const std::function<void()>& body);
    ~UserProcess();
    UserProcess(const UserProcess&) = delete;
    UserProcess& operator=(const UserProcess&) = delete;

    void finish();
    // SIGKILL, and its end awaited; it then counts as finished.
    void kill();
    [[nodiscard]] pid_t pid() const noexcept { return pid_; }

private:
    explicit UserProcess(const std::function<void()>& body);
    int await();

    pid_t pid_ = -1;
    bool running_ = false;
};

// Runs `body` as `user` and waits for it.
void asUser(const User& user, const std::function<void()>& body);

// Milliseconds that any single event may take before the test fails; a child waits for several of them.
inline constexpr int patienceMs = 15'000;
inline constexpr int childPatienceMs = 120'000;

// Waits until `fd` is readable; throws std::runtime_error after that time.
void awaitReadable(int fd, const std::string& what, int patience = patienceMs);

// A pidfd of `pid`; throws when there is no such process.
UniqueFd openPidfd(pid_t pid);

// Waits for the end of a process.
void awaitExit(int pidfd, const std::string& what);

} // namespace sandboxd::bus_tests
