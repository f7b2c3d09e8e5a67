// A shell of a user's on a terminal, as a person has it: job control, keys, a window size.
#pragma once

#include "base/unique_fd.hpp"
#include "user_process.hpp"

#include <string>

namespace sandboxd::bus_tests {

class TerminalSession {
public:
    // An interactive bash in `directory`.
    TerminalSession(const User& user, const std::string& directory);
    // Kills what is left in the session's foreground, and the shell.
    ~TerminalSession();
    TerminalSession(const TerminalSession&) = delete;
    TerminalSession& operator=(const TerminalSession&) = delete;

    // Keys; a line needs its "\n". What is typed shows on the terminal as well: what is awaited must be written in
    // another way, as ec""ho.
    void type(const std::string& keys) const;

    // Reads until `text` shows behind what was awaited before; throws when it does not.
    void await(const std::string& text);

    void resize(unsigned short rows, unsigned short columns) const;

private:
    pid_t shell_ = -1;
    UniqueFd master_;
    std::string shown_; // behind what was awaited
};

} // namespace sandboxd::bus_tests
