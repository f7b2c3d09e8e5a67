// sandboxctl: the command line of sandboxd. It holds no privilege and decides nothing.
#include "command_line.hpp"
#include "exit_status.hpp"
#include "inherited.hpp"
#include "print.hpp"
#include "verbs.hpp"

#include <cstdio>

namespace sandboxd::ctl {
namespace {

struct Serve {
    int operator()(const RunRequest& request) const { return runCommand(request); }
    int operator()(const ListRequest& request) const { return listSandboxes(request); }
    int operator()(const ShowRequest& request) const { return showSandbox(request); }
    int operator()(const KillRequest& request) const { return killSandboxes(request); }
    int operator()(const WaitRequest& request) const { return waitForSandbox(request); }
    int operator()(const DoctorRequest& request) const { return examineHost(request); }
};

struct Act {
    int operator()(const Request& request) const { return std::visit(Serve{}, request); }
    int operator()(const AsRequest& request) const { return continueAs(request); }
    int operator()(const Information& information) const {
        return std::fputs(information.text.c_str(), stdout) < 0 ? ownFailure : 0;
    }
    int operator()(const UsageError& error) const {
        say(printable(error.message) + "; see sandboxctl --help");
        return ownFailure;
    }
};

} // namespace
} // namespace sandboxd::ctl

int main(int argc, char** argv) {
    using namespace sandboxd::ctl;
    sandboxd::watch::occupyStandardStreams();
    const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
    return std::visit(Act{}, parseCommandLine(arguments));
}
