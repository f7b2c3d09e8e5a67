// Lets go of descriptors that came from callers. close() of such a one can hang for ever (the flush of a FUSE file), so
// a child that shares our descriptor table puts /dev/null over each number; it hangs instead of us.
#pragma once

#include "base/event.hpp"
#include "base/unique_fd.hpp"

#include <functional>
#include <list>
#include <vector>

namespace sandboxd::bus {

class FdCloser {
public:
    explicit FdCloser(sd_event* loop);
    FdCloser(const FdCloser&) = delete;
    FdCloser& operator=(const FdCloser&) = delete;
    ~FdCloser() = default;

    // Calls `done` from the loop when every one of `fds` is /dev/null and may be closed. While a child hangs, `done` is
    // not called: its numbers stay taken, which is the price of not hanging.
    void neutralise(const std::vector<int>& fds, std::function<void()> done);

private:
    struct Job {
        UniqueFd child; // pidfd
        std::function<void()> done;
        EventSource watch;
    };

    void finish(std::list<Job>::iterator job);

    sd_event* loop_;
    UniqueFd null_;
    std::list<Job> jobs_;
};

} // namespace sandboxd::bus
