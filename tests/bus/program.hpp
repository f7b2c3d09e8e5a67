// Programs started as a user starts them: environment, working directory, standard streams.
#pragma once

#include "base/unique_fd.hpp"
#include "user_process.hpp"

#include <map>
#include <string>
#include <vector>

namespace sandboxd::bus_tests {

struct Invocation {
    std::vector<std::string> argv; // the first is looked up in PATH
    std::map<std::string, std::string> environment;
    std::string workingDirectory; // "" is the user's home
};

struct Outcome {
    int status = -1;    // exit status, or -signal
    std::string output; // of stdout
    std::string errors; // of stderr
};

class Program {
public:
    Program(const User& user, const Invocation& invocation);
    ~Program();
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    // Returns when stdout so far holds `text`.
    void awaitOutput(const std::string& text);
    void signal(int number) const;
    Outcome finish();

private:
    void readSome();

    pid_t pid_ = -1;
    UniqueFd pidfd_;
    UniqueFd output_;
    UniqueFd errors_;
    Outcome outcome_;
};

Outcome runAs(const User& user, const std::vector<std::string>& argv);
Outcome runAs(const User& user, const Invocation& invocation);

// Lines of a text; the last newline ends the last line.
std::vector<std::string> linesOf(const std::string& text);

} // namespace sandboxd::bus_tests
