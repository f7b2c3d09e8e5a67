// sandbox-bwrap: bubblewrap's command line for sandboxd, and without it. It holds no privilege.
#include "closed_descriptors.hpp"
#include "contradictions.hpp"
#include "empty_paths.hpp"
#include "help.hpp"
#include "inherited.hpp"
#include "message.hpp"
#include "parse.hpp"
#include "run.hpp"
#include "surroundings.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <unistd.h>

namespace sandboxd::bwrap {
namespace {

std::variant<std::string, int> readAndClose(int descriptor) {
    std::string data;
    std::array<char, 16384> buffer{};
    for (;;) {
        const ssize_t length = ::read(descriptor, buffer.data(), buffer.size());
        if (length < 0 && errno != EINTR) {
            return errno;
        }
        if (length == 0) {
            ::close(descriptor);
            return data;
        }
        data.append(buffer.data(), length > 0 ? static_cast<std::size_t>(length) : 0);
    }
}

struct Act {
    const std::string& program;
    Surroundings& surroundings;

    int operator()(const Command& command) const {
        if (const auto contradiction = findContradiction(command)) {
            return (*this)(Mistake{*contradiction, command.levelPrefix});
        }
        if (command.argv.empty()) {
            return (*this)(NoCommand{});
        }
        for (const auto& problem : {findMissingNamespace(command, surroundings.uid, surroundings.gid),
                                    findClosed(command, surroundings.descriptors), findEmptyPath(command)}) {
            if (problem) {
                return (*this)(Mistake{*problem, command.levelPrefix});
            }
        }
        return run(command, surroundings);
    }
    int operator()(const Information& information) const {
        return std::fputs(information.text.c_str(), stdout) < 0 ? ownFailure : 0;
    }
    int operator()(const NoCommand&) const {
        (void)std::fputs(helpText(program).c_str(), stderr);
        return ownFailure;
    }
    int operator()(const Mistake& mistake) const {
        (void)std::fputs(messageLine(Severity::error, mistake.levelPrefix, mistake.message).c_str(), stderr);
        return ownFailure;
    }
};

} // namespace
} // namespace sandboxd::bwrap

int main(int argc, char** argv) {
    using namespace sandboxd::bwrap;
    std::vector<int> descriptors = sandboxd::watch::inheritedDescriptors();
    sandboxd::watch::occupyStandardStreams();
    const std::string program = argc > 0 ? argv[0] : "bwrap";
    const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
    const Parsed parsed = parse(
        program, words,
        [&](int descriptor) {
            std::erase(descriptors, descriptor);
            return readAndClose(descriptor);
        },
        rootsCapabilities());
    (void)std::fputs(parsed.warnings.c_str(), stderr);
    Surroundings surroundings = lookAround();
    surroundings.descriptors = std::move(descriptors);
    return std::visit(Act{program, surroundings}, parsed.outcome);
}
