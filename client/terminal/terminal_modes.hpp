// The modes of the caller's terminal: as they were found, raw while we relay, and as they were found again. Never
// touches a terminal whose foreground is somebody else's.
#pragma once

#include "sandboxd/result.hpp"

#include <termios.h>

#include <utility>

namespace sandboxd::terminal {

// True if this process may read from the terminal and change its modes: it is in its foreground, or the terminal
// controls nobody of ours.
[[nodiscard]] bool isForeground(int terminal) noexcept;

class TerminalModes {
public:
    [[nodiscard]] static client::Result<TerminalModes> read(int terminal);

    TerminalModes(TerminalModes&& other) noexcept
        : terminal_(other.terminal_), found_(other.found_), isRaw_(std::exchange(other.isRaw_, false)) {}
    TerminalModes& operator=(TerminalModes&&) = delete;
    ~TerminalModes() { restore(); }

    [[nodiscard]] const termios& found() const noexcept { return found_; }
    [[nodiscard]] bool isRaw() const noexcept { return isRaw_; }

    // False: not now, the terminal is another's.
    bool makeRaw() noexcept;
    void restore() noexcept;

private:
    TerminalModes(int terminal, const termios& found) : terminal_(terminal), found_(found) {}

    int terminal_;
    termios found_;
    bool isRaw_ = false;
};

} // namespace sandboxd::terminal
