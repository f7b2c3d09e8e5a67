#include "terminal_session.hpp"

#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <stdexcept>

namespace sandboxd::bus_tests {

TerminalSession::TerminalSession(const User& user, const std::string& directory) {
    int master = -1;
    shell_ = forkpty(&master, nullptr, nullptr, nullptr);
    if (shell_ == 0) {
        becomeUser(user);
        setenv("PS1", "$ ", 1);
        setenv("TERM", "dumb", 1);
        if (chdir(directory.c_str()) == 0) {
            execlp("bash", "bash", "--norc", "--noprofile", "-i", nullptr);
        }
        _exit(98);
    }
    master_.reset(master);
    if (shell_ < 0) {
        throw std::runtime_error("cannot open a terminal");
    }
    await("$ ");
}

TerminalSession::~TerminalSession() {
    master_.reset(); // hangs all of it up
    kill(shell_, SIGKILL);
    waitpid(shell_, nullptr, 0);
}

void TerminalSession::type(const std::string& keys) const {
    if (write(master_.get(), keys.data(), keys.size()) != static_cast<ssize_t>(keys.size())) {
        throw std::runtime_error("cannot type");
    }
}

void TerminalSession::await(const std::string& text) {
    std::size_t at = std::string::npos;
    while ((at = shown_.find(text)) == std::string::npos) {
        awaitReadable(master_.get(), "\"" + text + "\" on the terminal, which shows: " + shown_);
        char buffer[4096];
        const ssize_t size = read(master_.get(), buffer, sizeof buffer);
        if (size <= 0) {
            throw std::runtime_error("the session ended; it showed: " + shown_);
        }
        shown_.append(buffer, static_cast<std::size_t>(size));
    }
    shown_.erase(0, at + text.size());
}

void TerminalSession::resize(unsigned short rows, unsigned short columns) const {
    const winsize size{rows, columns, 0, 0};
    ioctl(master_.get(), TIOCSWINSZ, &size);
}

} // namespace sandboxd::bus_tests
