#include "terminal/terminal_modes.hpp"

#include "failure.hpp"

#include <cerrno>
#include <unistd.h>

namespace sandboxd::terminal {

bool isForeground(int terminal) noexcept {
    const pid_t group = ::tcgetpgrp(terminal);
    return group < 0 || group == ::getpgrp();
}

client::Result<TerminalModes> TerminalModes::read(int terminal) {
    termios found{};
    if (::tcgetattr(terminal, &found) != 0) {
        return watch::failure("cannot read the modes of the terminal", errno);
    }
    return TerminalModes(terminal, found);
}

bool TerminalModes::makeRaw() noexcept {
    if (!isForeground(terminal_)) {
        return false;
    }
    termios raw = found_;
    ::cfmakeraw(&raw);
    isRaw_ = ::tcsetattr(terminal_, TCSADRAIN, &raw) == 0;
    return isRaw_;
}

void TerminalModes::restore() noexcept {
    if (std::exchange(isRaw_, false) && isForeground(terminal_)) {
        ::tcsetattr(terminal_, TCSADRAIN, &found_);
    }
}

} // namespace sandboxd::terminal
