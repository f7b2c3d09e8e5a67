// sd-event as move-only values: one watch or timer lives as long as its object. The loop is the program's only one;
// callbacks run in it, never in another thread.
#pragma once

#include <systemd/sd-event.h>

#include <cstdint>
#include <functional>
#include <memory>

namespace sandboxd {

class EventSource {
public:
    EventSource() = default;

    // Calls `ready` with the EPOLL* bits whenever `fd` has one of `events`. The fd stays the caller's and outlives
    // this.
    static EventSource watch(sd_event* loop, int fd, std::uint32_t events, std::function<void(std::uint32_t)> ready);
    // Calls `due` once, `usec` from now (CLOCK_MONOTONIC), within a millisecond; more than a century is a century.
    static EventSource after(sd_event* loop, std::uint64_t usec, std::function<void()> due);
    // Calls `run` once, as soon as the loop is back: what must not happen inside the caller's own stack.
    static EventSource soon(sd_event* loop, std::function<void()> run);

    explicit operator bool() const noexcept { return state_ != nullptr; }
    void reset() noexcept { state_.reset(); }

private:
    struct State;
    struct Free {
        void operator()(State* state) const noexcept;
    };
    explicit EventSource(std::unique_ptr<State, Free> state) : state_(std::move(state)) {}

    std::unique_ptr<State, Free> state_;
};

// CLOCK_MONOTONIC as the loop saw it last.
[[nodiscard]] std::uint64_t nowUsec(sd_event* loop) noexcept;

} // namespace sandboxd
