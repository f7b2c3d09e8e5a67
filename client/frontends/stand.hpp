// What stands for a front end's command while it runs: who builds its sandbox, the lifeline, the signals that are its
// own, and its terminal.
#pragma once

#include "engine/engine.hpp"
#include "lifeline.hpp"
#include "sandboxd/spec.hpp"
#include "signals.hpp"
#include "terminal/own_terminal.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace sandboxd::frontends {

class Stand {
public:
    // `streams`: those that shall be a terminal of the command's own.
    [[nodiscard]] static client::Result<Stand> make(engine::Engine engine, std::vector<int> streams);

    // The rest of `spec` is the front end's.
    [[nodiscard]] client::Result<std::unique_ptr<watch::Payload>> spawn(client::Spec& spec);

    // Once it runs: whoever reads from the other end of a pipe waits for the command's end of it, not for ours.
    void handOver(const std::vector<int>& descriptors, std::optional<int> kept = std::nullopt);

    // `complain` is told when a signal could not be passed on; the waiting goes on.
    [[nodiscard]] client::Result<client::ExitStatus> awaitEnd(watch::Payload& payload,
                                                              const watch::Complain& complain) {
        return terminal_.awaitEnd(payload, signals_, complain);
    }

    // Of the signal that ended a call of spawn(), as a shell says it.
    [[nodiscard]] int statusOfSignal() { return 128 + signals_.take(); }

private:
    Stand(engine::Engine engine, watch::Lifeline lifeline, watch::Signals signals, terminal::OwnTerminal terminal)
        : engine_(std::move(engine)), lifeline_(std::move(lifeline)), signals_(std::move(signals)),
          terminal_(std::move(terminal)) {}

    engine::Engine engine_;
    watch::Lifeline lifeline_;
    watch::Signals signals_;
    terminal::OwnTerminal terminal_;
};

} // namespace sandboxd::frontends
