// A process beside ours that shares our descriptor table and nothing else. It puts /dev/null over numbers that it is
// told, and so does what can hang for ever: close what was there.
#pragma once

#include "base/event.hpp"
#include "base/unique_fd.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

namespace sandboxd::bus {

class ClosingProcess {
public:
    // What sd-bus takes with one message.
    static constexpr std::size_t mostFds = 1024;

    // Null and errno if no process is to be had. `loop` and `null`, which is /dev/null, outlive it. It ends with this
    // object, or with us.
    static std::unique_ptr<ClosingProcess> start(sd_event* loop, int null);

    // Waits for its end only where it has nothing to do.
    ~ClosingProcess();
    ClosingProcess(const ClosingProcess&) = delete;
    ClosingProcess& operator=(const ClosingProcess&) = delete;

    // Somebody has killed it while it had nothing to do.
    [[nodiscard]] bool hasEnded() const noexcept { return hasEnded_; }

    // Calls `done` from the loop: true when each of `fds`, at most mostFds, is /dev/null; false when the process has
    // ended before. It may be destroyed in that. One list at a time.
    void replace(const std::vector<int>& fds, std::function<void(bool)> done);

private:
    ClosingProcess() = default;
    void watch(sd_event* loop);
    void finish(bool replaced);

    UniqueFd socket_;
    // What it uses: closed in our table it would be closed in its, which is the same.
    UniqueFd itsSocket_;
    UniqueFd us_; // pidfd
    UniqueFd pidfd_;
    bool hasEnded_ = false;
    std::function<void(bool)> done_; // empty: it is idle
    EventSource answer_;
    EventSource end_;
};

} // namespace sandboxd::bus
