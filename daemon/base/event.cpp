#include "base/event.hpp"

#include <algorithm>
#include <cstdlib>
#include <ctime>

namespace sandboxd {

// Lives on the heap because sd-event keeps its address. `busy` defers the deletion when a callback drops its own
// source.
struct EventSource::State {
    sd_event_source* source = nullptr;
    std::function<void(std::uint32_t)> ready;
    bool busy = false;
    bool dropped = false;

    void call(std::uint32_t events) {
        busy = true;
        ready(events);
        busy = false;
        if (dropped) {
            delete this;
        }
    }

    static int onIo(sd_event_source*, int, std::uint32_t events, void* self) {
        static_cast<State*>(self)->call(events);
        return 0;
    }
    static int onTime(sd_event_source*, std::uint64_t, void* self) {
        static_cast<State*>(self)->call(0);
        return 0;
    }
    static int onDefer(sd_event_source*, void* self) {
        static_cast<State*>(self)->call(0);
        return 0;
    }
};

void EventSource::Free::operator()(State* state) const noexcept {
    sd_event_source_disable_unref(state->source);
    state->source = nullptr;
    if (state->busy) {
        state->dropped = true;
    } else {
        delete state;
    }
}

EventSource EventSource::watch(sd_event* loop, int fd, std::uint32_t events, std::function<void(std::uint32_t)> ready) {
    std::unique_ptr<State, Free> state(new State{.ready = std::move(ready)});
    if (sd_event_add_io(loop, &state->source, fd, events, State::onIo, state.get()) < 0) {
        std::abort(); // no memory, or a descriptor that is none of ours
    }
    return EventSource(std::move(state));
}

EventSource EventSource::after(sd_event* loop, std::uint64_t usec, std::function<void()> due) {
    std::unique_ptr<State, Free> state(new State{.ready = [due = std::move(due)](std::uint32_t) { due(); }});
    constexpr std::uint64_t accuracyUsec = 1000;
    // A caller's number may be any: sd-event refuses a sum that overflows, and a century never comes either.
    constexpr std::uint64_t longestUsec = 100ULL * 365 * 24 * 3600 * 1'000'000;
    if (sd_event_add_time_relative(loop, &state->source, CLOCK_MONOTONIC, std::min(usec, longestUsec), accuracyUsec,
                                   State::onTime, state.get()) < 0) {
        std::abort();
    }
    return EventSource(std::move(state));
}

// Not a timer of 0: the loop would sleep for that timer's accuracy.
EventSource EventSource::soon(sd_event* loop, std::function<void()> run) {
    std::unique_ptr<State, Free> state(new State{.ready = [run = std::move(run)](std::uint32_t) { run(); }});
    if (sd_event_add_defer(loop, &state->source, State::onDefer, state.get()) < 0) {
        std::abort();
    }
    return EventSource(std::move(state));
}

std::uint64_t nowUsec(sd_event* loop) noexcept {
    std::uint64_t now = 0;
    sd_event_now(loop, CLOCK_MONOTONIC, &now);
    return now;
}

} // namespace sandboxd
