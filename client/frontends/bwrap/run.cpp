#include "run.hpp"

#include "contradictions.hpp"
#include "environment.hpp"
#include "frontends/stand.hpp"
#include "message.hpp"
#include "wording.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <sys/prctl.h>
#include <unistd.h>

namespace sandboxd::bwrap {
namespace {

using frontends::Stand;

std::optional<std::string> readLink(const std::string& path) {
    std::array<char, PATH_MAX> text{};
    const ssize_t length = ::readlink(path.c_str(), text.data(), text.size());
    return length < 0 ? std::nullopt : std::optional(std::string(text.data(), static_cast<std::size_t>(length)));
}

int fail(const Command& command, std::string_view message) {
    (void)std::fputs(messageLine(Severity::error, command.levelPrefix, message).c_str(), stderr);
    return ownFailure;
}

// What --json-status-fd has after the document of the start. Nobody may be reading any more.
void reportEnd(int descriptor, int status) {
    (void)::dprintf(descriptor, "{ \"exit-code\": %d }\n", status);
}

int awaitEnd(const Command& command, watch::Payload& payload, Stand& stand) {
    const auto ended = stand.awaitEnd(
        payload, [&](const client::Error& error) { (void)fail(command, "Can't send the signal: " + error.message); });
    if (!ended) {
        return fail(command, "Can't wait for the sandbox: " + ended.error().message);
    }
    const int status = ended.value().shellStatus();
    if (command.descriptors.jsonStatus) {
        reportEnd(*command.descriptors.jsonStatus, status);
    }
    return status;
}

// Which of the directories the sandbox has is a guess until it stands: the next one is tried if it was wrong.
int spawnAndWait(const Command& command, const Surroundings& surroundings, Stand& stand) {
    const auto environment = buildEnvironment(surroundings.environment, command.environment);
    const std::vector<std::string> directories =
        workingDirectories(command, surroundings.directory, variable(environment, "HOME"), surroundings.isDirectory);
    for (std::size_t i = 0;; ++i) {
        Translation translation = translate(command, surroundings, directories[i]);
        const auto payload = stand.spawn(translation.spec);
        if (payload) {
            stand.handOver(surroundings.descriptors, command.descriptors.jsonStatus);
            return awaitEnd(command, *payload.value(), stand);
        }
        if (payload.error().kind == client::ErrorKind::cancelled) {
            return stand.statusOfSignal();
        }
        // Who writes the id maps does so once.
        const bool isLast = i + 1 == directories.size() || command.descriptors.usernsBlock;
        if (isLast || !isMissingDirectory(payload.error())) {
            return fail(command, wordsFor(payload.error(), {command, translation.origins, directories[i], readLink,
                                                            surroundings.isDirectory}));
        }
    }
}

// Of --userns-block-fd bubblewrap does not miss one that is closed.
warden::Brought broughtBy(const Descriptors& named, const std::vector<int>& open) {
    const bool maps = named.usernsBlock.has_value();
    const bool blocks = maps && std::find(open.begin(), open.end(), *named.usernsBlock) != open.end();
    return {.userNamespace = named.userns.value_or(-1),
            .laterUserNamespace = named.userns2.value_or(-1),
            .pidNamespace = named.pidns.value_or(-1),
            .maps = maps,
            .info = maps ? named.info.value_or(-1) : -1,
            .status = maps ? named.jsonStatus.value_or(-1) : -1,
            .block = blocks ? *named.usernsBlock : -1};
}

// bubblewrap makes a user namespace for everybody but root, who has to ask for it.
engine::NativeOptions nativeOptions(const Command& command, const std::vector<int>& open) {
    return {.newUserNamespace = command.unshared.user || command.unshared.userTry,
            .mayNest = !command.disableUserns,
            .passesToRoot = command.namesCapabilities,
            .mustNotNest = command.assertUsernsDisabled,
            .brought = broughtBy(command.descriptors, open)};
}

// What the broker cannot do it is not asked for.
client::Result<engine::Choice> chooseEngine(const Command& command) {
    client::Result<engine::Choice> choice = engine::parseChoice(std::getenv(engine::choiceVariable));
    const std::optional<std::string> impossible = findImpossible(command);
    if (!choice || !impossible) {
        return choice;
    }
    if (choice.value() == engine::Choice::broker) {
        return client::Error{client::ErrorKind::invalidRequest, "", *impossible};
    }
    return engine::Choice::native;
}

} // namespace

int run(const Command& command, const Surroundings& surroundings) {
    if (command.dieWithParent && ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) {
        return fail(command, withErrno("prctl", errno));
    }
    const client::Result<engine::Choice> choice = chooseEngine(command);
    if (!choice) {
        return fail(command, choice.error().message);
    }
    client::Result<Stand> stand =
        Stand::make(engine::Engine(choice.value(), nativeOptions(command, surroundings.descriptors)),
                    command.newSession ? std::vector<int>{} : terminal::controllingStreams());
    if (!stand) {
        return fail(command, "Creating new namespace failed: " + stand.error().message);
    }
    return spawnAndWait(command, surroundings, stand.value());
}

} // namespace sandboxd::bwrap
