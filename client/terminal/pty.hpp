// A pty that looks as a terminal does: the same modes and size. It is nobody's controlling terminal yet.
#pragma once

#include "sandboxd/descriptor.hpp"
#include "sandboxd/result.hpp"

#include <termios.h>

namespace sandboxd::terminal {

struct Pty {
    client::Descriptor master; // never blocks
    client::Descriptor slave;
};

[[nodiscard]] client::Result<Pty> openPty(const termios& modes);

// The size of the terminal `from` for `to`, which tells its foreground process group of a change.
void copySize(int from, int to) noexcept;

} // namespace sandboxd::terminal
