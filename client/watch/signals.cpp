#include "signals.hpp"

#include "failure.hpp"

#include <cerrno>
#include <csignal>
#include <sys/signalfd.h>

namespace sandboxd::watch {

client::Result<Signals> Signals::start() {
    sigset_t set{};
    ::sigemptyset(&set);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
        ::sigaddset(&set, number);
    }
    client::Descriptor fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!fd || ::sigprocmask(SIG_BLOCK, &set, nullptr) != 0) {
        return failure("cannot watch for signals", errno);
    }
    return Signals(std::move(fd));
}

int Signals::take() {
    signalfd_siginfo info{};
    return ::read(fd_.get(), &info, sizeof(info)) == sizeof(info) ? static_cast<int>(info.ssi_signo) : 0;
}

} // namespace sandboxd::watch
