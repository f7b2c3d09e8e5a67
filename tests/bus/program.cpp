#include "program.hpp"

#include "bus_client.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <sstream>
#include <stdexcept>

namespace sandboxd::bus_tests {
namespace {

[[noreturn]] void execute(const User& user, const Invocation& invocation, int output, int errors) {
    becomeUser(user);
    const std::string directory = invocation.workingDirectory.empty() ? user.home : invocation.workingDirectory;
    const int input = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (chdir(directory.c_str()) != 0 || dup2(input, 0) != 0 || dup2(output, 1) != 1 || dup2(errors, 2) != 2) {
        _exit(99);
    }
    for (const auto& [name, value] : invocation.environment) {
        setenv(name.c_str(), value.c_str(), 1);
    }
    std::vector<char*> argv;
    for (const std::string& argument : invocation.argv) {
        argv.push_back(const_cast<char*>(argument.c_str()));
    }
    argv.push_back(nullptr);
    execvp(argv[0], argv.data());
    _exit(98);
}

// Appends what is there; false at the end.
bool drain(UniqueFd& fd, std::string& into) {
    std::array<char, 65536> buffer{};
    const ssize_t size = read(fd.get(), buffer.data(), buffer.size());
    if (size > 0) {
        into.append(buffer.data(), static_cast<std::size_t>(size));
        return true;
    }
    fd.reset();
    return false;
}

} // namespace

Program::Program(const User& user, const Invocation& invocation) {
    Pipe output;
    Pipe errors;
    pid_ = fork();
    if (pid_ == 0) {
        execute(user, invocation, output.writeEnd.get(), errors.writeEnd.get());
    }
    pidfd_ = openPidfd(pid_);
    output_ = std::move(output.readEnd);
    errors_ = std::move(errors.readEnd);
}

Program::~Program() {
    if (pid_ > 0) {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }
}

void Program::readSome() {
    std::array<pollfd, 2> entries{pollfd{output_.get(), POLLIN, 0}, pollfd{errors_.get(), POLLIN, 0}};
    if (poll(entries.data(), entries.size(), patienceMs) <= 0) {
        throw std::runtime_error("the program says nothing; so far: " + outcome_.output + outcome_.errors);
    }
    if (output_ && entries[0].revents != 0) {
        drain(output_, outcome_.output);
    }
    if (errors_ && entries[1].revents != 0) {
        drain(errors_, outcome_.errors);
    }
}

void Program::awaitOutput(const std::string& text) {
    while (outcome_.output.find(text) == std::string::npos) {
        if (!output_) {
            throw std::runtime_error("the program ended without saying " + text + ": " + outcome_.errors);
        }
        readSome();
    }
}

void Program::signal(int number) const {
    kill(pid_, number);
}

Outcome Program::finish() {
    while (output_ || errors_) {
        readSome();
    }
    awaitExit(pidfd_.get(), "the program's end");
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    outcome_.status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    return outcome_;
}

Outcome runAs(const User& user, const Invocation& invocation) {
    return Program(user, invocation).finish();
}

Outcome runAs(const User& user, const std::vector<std::string>& argv) {
    return runAs(user, Invocation{argv, {}, {}});
}

std::vector<std::string> linesOf(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        lines.push_back(line);
    }
    return lines;
}

} // namespace sandboxd::bus_tests
