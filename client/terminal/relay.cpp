#include "terminal/relay.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace sandboxd::terminal {
namespace {

// Somebody else may still hold the slave when the payload has ended; what it says later is not waited for.
constexpr int lastWordsMs = 1000;

constexpr std::array ownSignals{SIGWINCH, SIGTSTP, SIGCONT};

void writeAll(int fd, std::string_view bytes) noexcept {
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno != EINTR) {
            return; // the terminal is gone: its input says so too
        }
        bytes.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
    }
}

// 1 would be everybody.
void signalForeground(int master, int signal) noexcept {
    if (const pid_t group = ::tcgetpgrp(master); group > 1) {
        ::kill(-group, signal);
    }
}

// Of the mask in a status file: what a shell at its prompt does with the suspend key.
bool ignoresStop(pid_t process) noexcept {
    char path[32];
    std::snprintf(path, sizeof path, "/proc/%d/status", process);
    const client::Descriptor file(::open(path, O_RDONLY | O_CLOEXEC));
    char text[4096];
    const ssize_t size = file ? ::read(file.get(), text, sizeof text - 1) : -1;
    text[size > 0 ? size : 0] = '\0';
    const char* field = std::strstr(text, "SigIgn:");
    return field != nullptr && (std::strtoull(field + 7, nullptr, 16) >> (SIGTSTP - 1) & 1U) != 0;
}

} // namespace

client::Result<Relay> Relay::start(int input, int output) {
    client::Result<TerminalModes> modes = TerminalModes::read(input);
    if (!modes) {
        return std::move(modes).error();
    }
    client::Result<Pty> pty = openPty(modes.value().found());
    if (!pty) {
        return std::move(pty).error();
    }
    copySize(input, pty.value().master.get());
    return Relay(input, output, std::move(modes).value(), std::move(pty).value());
}

void Relay::run(int pidfd, watch::Signals& signals, const std::function<void(int)>& forward) {
    for (const int signal : ownSignals) {
        signals.add(signal); // only now: before, they do to us what they do to everybody
    }
    resume();
    while (step(pidfd, signals, forward)) {
    }
    modes_.restore();
}

// False when nothing more is to come. Our own slave stays open until the payload has ended: without any the master
// would report a hang-up, and a payload may close its own and open /dev/tty later.
bool Relay::step(int& pidfd, watch::Signals& signals, const std::function<void(int)>& forward) {
    if (pidfd < 0) {
        pty_.slave.reset();
    }
    const bool reads = modes_.isRaw() && pending_.empty() && !hungUp_;
    const auto wanted = static_cast<short>(pending_.empty() ? POLLIN : POLLIN | POLLOUT);
    std::array<pollfd, 4> entries{pollfd{reads ? input_ : -1, POLLIN, 0}, pollfd{pty_.master.get(), wanted, 0},
                                  pollfd{signals.fd(), POLLIN, 0}, pollfd{pidfd, POLLIN, 0}};
    const int ready = ::poll(entries.data(), entries.size(), pidfd < 0 ? lastWordsMs : -1);
    if (ready < 0) {
        return errno == EINTR;
    }
    if (entries[2].revents != 0) {
        takeSignal(signals, forward);
    }
    if (entries[0].revents != 0) {
        readTerminal(signals);
    }
    if ((entries[1].revents & POLLOUT) != 0) {
        writePty();
    }
    const bool open = (entries[1].revents & ~POLLOUT) == 0 ? pty_.master.get() >= 0 : readPty();
    if (entries[3].revents != 0) {
        pidfd = -1;
    }
    return pidfd >= 0 || (ready > 0 && open);
}

void Relay::takeSignal(watch::Signals& signals, const std::function<void(int)>& forward) {
    switch (const int signal = signals.take()) {
    case 0:
        return;
    case SIGWINCH:
        copySize(input_, pty_.master.get());
        return;
    case SIGTSTP:
        suspend(signals);
        return;
    case SIGCONT:
        resume();
        return;
    default:
        forward(signal);
    }
}

void Relay::readTerminal(watch::Signals& signals) {
    std::array<char, 4096> buffer{};
    const ssize_t size = ::read(input_, buffer.data(), buffer.size());
    if (size > 0) {
        takeKeys({buffer.data(), static_cast<std::size_t>(size)}, signals);
    } else if (size == 0 || (errno != EINTR && errno != EAGAIN)) {
        hungUp_ = true;
        pty_.master.reset(); // hangs the payload up too
    }
}

void Relay::takeKeys(std::string_view keys, watch::Signals& signals) {
    for (const char key : keys) {
        if (isSuspendKey(key)) {
            writePty();
            suspend(signals);
        } else {
            pending_ += key;
        }
    }
    writePty();
}

void Relay::writePty() {
    const ssize_t written = ::write(pty_.master.get(), pending_.data(), pending_.size());
    if (written > 0) {
        pending_.erase(0, static_cast<std::size_t>(written));
    }
}

bool Relay::readPty() {
    std::array<char, 16384> buffer{};
    const ssize_t size = ::read(pty_.master.get(), buffer.data(), buffer.size());
    if (size > 0) {
        writeAll(output_, {buffer.data(), static_cast<std::size_t>(size)});
        if (!modes_.isRaw()) {
            modes_.makeRaw(); // the shell may have given us the foreground, which it tells nobody
        }
        return true;
    }
    return size < 0 && (errno == EINTR || errno == EAGAIN);
}

// A session that no shell leads is an orphaned one for the kernel, which stops nothing in it: then the key is ours.
bool Relay::isSuspendKey(char key) const noexcept {
    termios modes{};
    const int master = pty_.master.get();
    if (::tcgetattr(master, &modes) != 0 || (modes.c_lflag & ISIG) == 0) {
        return false;
    }
    const auto suspend = static_cast<char>(modes.c_cc[VSUSP]);
    if (suspend == _POSIX_VDISABLE || key != suspend) {
        return false;
    }
    const pid_t group = ::tcgetpgrp(master);
    return group > 0 && group == ::tcgetsid(master) && !ignoresStop(group);
}

// Payload first, then our whole job as the key would have done it; where nobody could continue us (no job control), the
// kernel drops that signal and we go on at once.
void Relay::suspend(watch::Signals& signals) {
    signalForeground(pty_.master.get(), SIGSTOP);
    modes_.restore();
    ::signal(SIGTSTP, SIG_DFL);
    ::kill(0, SIGTSTP);
    signals.add(SIGTSTP);
    resume();
}

void Relay::resume() {
    modes_.makeRaw();
    if (pty_.master.get() < 0) {
        return;
    }
    copySize(input_, pty_.master.get());
    signalForeground(pty_.master.get(), SIGCONT);
}

} // namespace sandboxd::terminal
