// A payload's own terminal, relayed to ours: bytes both ways, the size, the keys, stop and continue. The payload never
// holds our terminal, so it can neither push input into it nor change its modes.
#pragma once

#include "signals.hpp"
#include "terminal/pty.hpp"
#include "terminal/terminal_modes.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace sandboxd::terminal {

class Relay {
public:
    // `input` and `output`: one terminal, borrowed for the life of the relay. Nothing of it is changed yet.
    [[nodiscard]] static client::Result<Relay> start(int input, int output);

    // For the payload: streams and controlling terminal.
    [[nodiscard]] int slave() const noexcept { return pty_.slave.get(); }

    // Relays until the process of `pidfd` has ended and all that it wrote is out; -1: it has ended already. Signals
    // that are not the relay's go to `forward`. The terminal's modes are as they were when this returns.
    void run(int pidfd, watch::Signals& signals, const std::function<void(int)>& forward);

private:
    Relay(int input, int output, TerminalModes modes, Pty pty)
        : input_(input), output_(output), modes_(std::move(modes)), pty_(std::move(pty)) {}

    bool step(int& pidfd, watch::Signals& signals, const std::function<void(int)>& forward);
    void takeSignal(watch::Signals& signals, const std::function<void(int)>& forward);
    void readTerminal(watch::Signals& signals);
    void takeKeys(std::string_view keys, watch::Signals& signals);
    void writePty();
    bool readPty();
    [[nodiscard]] bool isSuspendKey(char key) const noexcept;
    void suspend(watch::Signals& signals);
    void resume();

    int input_;
    int output_;
    TerminalModes modes_;
    Pty pty_;
    std::string pending_; // for the payload
    bool hungUp_ = false; // our terminal is gone
};

} // namespace sandboxd::terminal
