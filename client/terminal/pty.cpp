#include "terminal/pty.hpp"

#include "failure.hpp"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <sys/ioctl.h>

namespace sandboxd::terminal {

client::Result<Pty> openPty(const termios& modes) {
    Pty pty;
    pty.master.reset(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK));
    if (!pty.master || ::unlockpt(pty.master.get()) != 0) {
        return watch::failure("cannot make a pty", errno);
    }
    // By descriptor: the path would be another pty's where /dev/pts is another one than /dev/ptmx's.
    pty.slave.reset(::ioctl(pty.master.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (!pty.slave || ::tcsetattr(pty.slave.get(), TCSANOW, &modes) != 0) {
        return watch::failure("cannot open the pty", errno);
    }
    return pty;
}

void copySize(int from, int to) noexcept {
    winsize size{};
    if (::ioctl(from, TIOCGWINSZ, &size) == 0) {
        ::ioctl(to, TIOCSWINSZ, &size);
    }
}

} // namespace sandboxd::terminal
