// A process that plays the caller: another uid, its groups, and whatever confines it. Lives until it is destroyed.
#pragma once

#include "base/unique_fd.hpp"

#include <sys/types.h>

#include <functional>

namespace sandboxd::kernel_test {

class CallerProcess {
public:
    // `before` runs as root before the ids change, `after` as the caller.
    explicit CallerProcess(const std::function<void()>& before = {}, const std::function<void()>& after = {});
    ~CallerProcess();
    CallerProcess(const CallerProcess&) = delete;
    CallerProcess& operator=(const CallerProcess&) = delete;

    void end(); // SIGKILL and reaped

    [[nodiscard]] pid_t pid() const { return pid_; }
    [[nodiscard]] int pidfd() const { return pidfd_.get(); }

private:
    pid_t pid_ = -1;
    UniqueFd pidfd_;
};

// Runs `action` in a child with the caller's ids; its return value is the exit status.
int runAsCaller(const std::function<int()>& action);

} // namespace sandboxd::kernel_test
