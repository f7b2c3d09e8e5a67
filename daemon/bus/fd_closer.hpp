// Lets go of descriptors that came from callers. close() of such a one can hang for ever (the flush of a FUSE file), so
// a process beside ours puts /dev/null over each number; it hangs instead of us.
#pragma once

#include "base/event.hpp"
#include "base/unique_fd.hpp"
#include "bus/closing_process.hpp"

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace sandboxd::bus {

class FdCloser {
public:
    // Who sent the descriptors; nullopt: the bus never said.
    using Sender = std::optional<std::uint32_t>;

    explicit FdCloser(sd_event* loop);
    FdCloser(const FdCloser&) = delete;
    FdCloser& operator=(const FdCloser&) = delete;
    ~FdCloser() = default;

    // Calls `done` from the loop when every one of `fds`, at most ClosingProcess::mostFds, is /dev/null and may be
    // closed. While a process hangs, `done` is not called: its numbers stay taken, which is the price of not hanging.
    // What the same uid sent meanwhile waits behind it, so that nobody can take all the processes that we may have.
    void neutralise(Sender sender, std::vector<int> fds, std::function<void()> done);

private:
    struct Job {
        std::vector<int> fds;
        std::function<void()> done;
        std::unique_ptr<ClosingProcess> process;
    };
    using Jobs = std::list<Job>;
    struct Account {
        Jobs running;
        Jobs waiting;
    };

    [[nodiscard]] static std::size_t processesOf(Sender sender) noexcept;
    void startWaiting(Sender sender);
    [[nodiscard]] bool start(Sender sender, Jobs::iterator job);
    void finish(Sender sender, Jobs::iterator job, bool replaced);

    sd_event* loop_;
    UniqueFd null_;
    std::unique_ptr<ClosingProcess> idle_; // one waits for the next list: to fork costs more than all that it does
    std::map<Sender, Account> accounts_;
};

} // namespace sandboxd::bus
