// sandbox-unshare: the command line of unshare(1), served by sandboxd. It holds no privilege and decides nothing.
#include "inherited.hpp"
#include "message.hpp"
#include "parse.hpp"
#include "run.hpp"
#include "translate.hpp"

#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <grp.h>
#include <iterator>
#include <nss.h>
#include <pwd.h>
#include <unistd.h>

namespace sandboxd::unshare {
namespace {

// In a static program any other source would load shared libraries of another libc.
void lookUpInFilesOnly() {
    __nss_configure_lookup("passwd", "files");
    __nss_configure_lookup("group", "files");
}

std::optional<std::uint32_t> findUser(const std::string& name) {
    const passwd* account = ::getpwnam(name.c_str());
    return account == nullptr ? std::nullopt : std::optional<std::uint32_t>(account->pw_uid);
}

std::optional<std::uint32_t> findGroup(const std::string& name) {
    const group* found = ::getgrnam(name.c_str());
    return found == nullptr ? std::nullopt : std::optional<std::uint32_t>(found->gr_gid);
}

std::string nameOf(uid_t uid) {
    const passwd* account = ::getpwuid(uid);
    return account == nullptr ? "" : account->pw_name;
}

std::string readFile(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

Surroundings lookAround() {
    Surroundings here{::geteuid(), ::getegid(), "/", "/bin/sh", {}, findUser, findGroup, "", readFile};
    here.userName = nameOf(here.uid);
    char directory[PATH_MAX];
    if (::getcwd(directory, sizeof directory) != nullptr) {
        here.workingDirectory = directory;
    }
    if (const char* shell = std::getenv("SHELL"); shell != nullptr && *shell != '\0') {
        here.shell = shell;
    }
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        here.environment.emplace_back(*entry);
    }
    return here;
}

int serve(const Command& command, const std::vector<int>& descriptors) {
    const client::Result<engine::Choice> choice = engine::parseChoice(std::getenv(engine::choiceVariable));
    if (!choice) {
        return say(choice.error().message);
    }
    lookUpInFilesOnly();
    Surroundings here = lookAround();
    here.isBroker = choice.value() == engine::Choice::broker;
    Translation translation = translate(command, here);
    if (const auto* refusal = std::get_if<Refusal>(&translation)) {
        return say(refusal->message);
    }
    return run(std::get<Sandbox>(std::move(translation)), choice.value(), descriptors);
}

struct Act {
    const std::vector<int>& descriptors;

    int operator()(const Command& command) const { return serve(command, descriptors); }
    int operator()(const Information& information) const {
        return std::fputs(information.text.c_str(), stdout) < 0 ? ownFailure : 0;
    }
    int operator()(const Refusal& refusal) const {
        (void)say(refusal.message);
        if (!refusal.unsupported) {
            (void)std::fputs("Try 'unshare --help' for more information.\n", stderr);
        }
        return ownFailure;
    }
};

} // namespace
} // namespace sandboxd::unshare

int main(int argc, char** argv) {
    using namespace sandboxd::unshare;
    sandboxd::watch::occupyStandardStreams();
    const std::vector<int> descriptors = sandboxd::watch::inheritedDescriptors();
    const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
    return std::visit(Act{descriptors}, parse(arguments));
}
