#include "run.hpp"

#include "environment.hpp"
#include "lifeline.hpp"
#include "message.hpp"
#include "payload.hpp"
#include "sandboxd/client.hpp"
#include "wording.hpp"

#include <csignal>
#include <cstdio>
#include <sys/prctl.h>
#include <unistd.h>

namespace sandboxd::bwrap {
namespace {

// A signal may come when the command runs already and we do not know it yet: then it is the command's.
constexpr std::chrono::milliseconds answerUnderWay{1000};

int fail(const Command& command, std::string_view message) {
    (void)std::fputs(messageLine(Severity::error, command.levelPrefix, message).c_str(), stderr);
    return ownFailure;
}

int awaitEnd(const Command& command, client::Connection& connection, const client::Sandbox& sandbox,
             watch::Signals& signals) {
    const auto ended = watch::awaitEnd(connection, sandbox, signals, [&](const client::Error& error) {
        (void)fail(command, "Can't send the signal: " + error.message);
    });
    return ended ? ended.value().shellStatus() : fail(command, "Can't wait for the sandbox: " + ended.error().message);
}

client::Result<client::Sandbox> spawn(client::Connection& connection, client::Spec& spec, int lifeline,
                                      const watch::Signals& signals) {
    spec.lifetime(client::Lifetime::descriptor).lifeline(lifeline);
    const client::CallOptions options{
        .interactive = ::isatty(STDIN_FILENO) == 1, .cancelFd = signals.fd(), .cancelGrace = answerUnderWay};
    return connection.spawn(spec, options);
}

// Which of the directories the sandbox has is a guess until it stands: the next one is tried if it was wrong.
int spawnAndWait(const Command& command, const Surroundings& surroundings, client::Connection& connection,
                 watch::Lifeline& lifeline, watch::Signals& signals) {
    const auto environment = buildEnvironment(surroundings.environment, command.environment);
    std::vector<std::string> directories =
        workingDirectories(command, surroundings.directory, variable(environment, "HOME"), surroundings.isDirectory);
    for (std::size_t i = 0;; ++i) {
        Translation translation = translate(command, surroundings, directories[i]);
        const auto sandbox = spawn(connection, translation.spec, lifeline.watched.get(), signals);
        if (sandbox) {
            lifeline.watched.reset();
            return awaitEnd(command, connection, sandbox.value(), signals);
        }
        if (sandbox.error().kind == client::ErrorKind::cancelled) {
            return 128 + signals.take();
        }
        if (i + 1 == directories.size() || !isMissingDirectory(sandbox.error())) {
            return fail(command, wordsFor(sandbox.error(), command, translation.origins, directories[i]));
        }
    }
}

} // namespace

int run(const Command& command, const Surroundings& surroundings) {
    client::Result<watch::Signals> signals = watch::Signals::start();
    if (!signals) {
        return fail(command, signals.error().message);
    }
    client::Result<watch::Lifeline> lifeline = watch::Lifeline::make();
    if (!lifeline) {
        return fail(command, lifeline.error().message);
    }
    if (command.dieWithParent && ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) {
        return fail(command, withErrno("prctl", errno));
    }
    client::Result<client::Connection> connection = client::Connection::open();
    if (!connection) {
        return fail(command, wordsFor(connection.error(), command, {}, ""));
    }
    return spawnAndWait(command, surroundings, connection.value(), lifeline.value(), signals.value());
}

} // namespace sandboxd::bwrap
