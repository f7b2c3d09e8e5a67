#include "signals.hpp"

#include "failure.hpp"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <unistd.h>

namespace sandboxd::watch {
namespace {

volatile std::sig_atomic_t writeEnd = -1; // all that a handler may look at

void note(int signal) {
    const int saved = errno;
    const auto number = static_cast<unsigned char>(signal);
    static_cast<void>(!::write(writeEnd, &number, 1)); // full: 64 KiB of signals wait already
    errno = saved;
}

} // namespace

client::Result<Signals> Signals::start() {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
        return failure("cannot watch for signals", errno);
    }
    writeEnd = ends[1];
    Signals started{client::Descriptor(ends[0])};
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2}) {
        started.add(signal);
    }
    return started;
}

void Signals::add(int signal) {
    struct sigaction action {};
    if (::sigaction(signal, nullptr, &action) == 0 && action.sa_handler != SIG_IGN) {
        action.sa_handler = note;
        action.sa_flags = SA_RESTART;
        ::sigaction(signal, &action, nullptr);
    }
}

int Signals::take() {
    unsigned char number = 0;
    return ::read(fd_.get(), &number, 1) == 1 ? number : 0;
}

} // namespace sandboxd::watch
