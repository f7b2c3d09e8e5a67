// How `sandboxctl run` ends: exit statuses, signals, and one clear line for each error.
#include "bus_test.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>

#include <sys/stat.h>

namespace sandboxd::bus_tests {
namespace {

namespace fs = std::filesystem;

class RunEnds : public BusTest {
protected:
    RunEnds() {
        asUser(user_, [this] { fs::create_directories(project_); });
    }

    Invocation invocation(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), {"sandboxctl", "run"});
        return {std::move(arguments), {}, project_};
    }

    // Expects this status and exactly one line on stderr that mentions `what`.
    void expectError(const std::vector<std::string>& arguments, int status, const std::string& what) const {
        const Outcome outcome = runAs(user_, invocation(arguments));
        EXPECT_EQ(outcome.status, status);
        EXPECT_EQ(outcome.output, "");
        EXPECT_EQ(linesOf(outcome.errors).size(), 1U) << outcome.errors;
        EXPECT_EQ(outcome.errors.rfind("sandboxctl: ", 0), 0U) << outcome.errors;
        EXPECT_NE(outcome.errors.find(what), std::string::npos) << outcome.errors;
    }

    // Signals sandboxctl while its payload waits for that signal; the payload reports it by its exit status.
    void expectForwarded(int number, const std::string& name) const {
        Program program(user_, invocation({"--", "sh", "-c",
                                           "trap 'exit 42' " + name + "; echo ready; while :; do sleep 0.1; done"}));
        program.awaitOutput("ready");
        program.signal(number);
        EXPECT_EQ(program.finish().status, 42) << name;
    }

    const std::string project_ = user_.home + "/project";
};

TEST_F(RunEnds, WithThePayloadsExitStatus) {
    for (const int status : {0, 1, 42, 255}) {
        EXPECT_EQ(runAs(user_, invocation({"--", "sh", "-c", "exit " + std::to_string(status)})).status, status);
    }
}

TEST_F(RunEnds, With128AndTheSignalThatKilledThePayload) {
    for (const int number : {SIGTERM, SIGKILL, SIGSEGV}) {
        const Outcome outcome = runAs(user_, invocation({"--", "sh", "-c", "kill -" + std::to_string(number) + " $$"}));
        EXPECT_EQ(outcome.status, 128 + number) << outcome.errors;
    }
}

TEST_F(RunEnds, With127WhenTheCommandIsNotFound) {
    expectError({"--", "no-such-command"}, 127, "no-such-command");
    expectError({"--", "/no/such/command"}, 127, "/no/such/command");
}

TEST_F(RunEnds, With126WhenTheCommandIsNotExecutable) {
    asUser(user_, [this] { std::ofstream(project_ + "/plain") << "text"; });
    expectError({"--", "./plain"}, 126, "plain");
    expectError({"--", "/usr"}, 126, "/usr");
}

TEST_F(RunEnds, With125ForItsOwnErrors) {
    expectError({"--no-such-option", "--", "true"}, 125, "--no-such-option");
    expectError({}, 125, "");
    expectError({"--bind", "/only-one"}, 125, "--bind");
    expectError({"--network", "wireless", "--", "true"}, 125, "network");
    expectError({"--setenv", "A=B", "x", "--", "true"}, 125, "");
}

TEST_F(RunEnds, With125ForErrorsOfTheSetup) {
    expectError({"--bind", "/no/such/source", "/t", "--", "true"}, 125, "/no/such/source");
    expectError({"--tmpfs", "relative", "--", "true"}, 125, "relative");
    expectError({"--chdir", "/no/such/directory", "--", "true"}, 125, "/no/such/directory");
}

TEST_F(RunEnds, With125WhenPolkitRefuses) {
    const Rules rules(answerSpawnOf(user_.name, "NO"));
    expectError({"--", "true"}, 125, "");
}

TEST_F(RunEnds, With125WithoutABus) {
    Invocation without = invocation({"--", "true"});
    without.environment["DBUS_SYSTEM_BUS_ADDRESS"] = "unix:path=/no/such/bus";
    const Outcome outcome = runAs(user_, without);
    EXPECT_EQ(outcome.status, 125);
    EXPECT_EQ(linesOf(outcome.errors).size(), 1U) << outcome.errors;
}

TEST_F(RunEnds, NothingOfAnErrorLineIsUnescaped) {
    const Outcome outcome = runAs(user_, invocation({"--", "no\x1b[31m\nsuch"}));
    EXPECT_EQ(outcome.status, 127);
    EXPECT_EQ(linesOf(outcome.errors).size(), 1U) << outcome.errors;
    EXPECT_EQ(outcome.errors.find('\x1b'), std::string::npos);
}

TEST_F(RunEnds, SignalsReachThePayload) {
    expectForwarded(SIGINT, "INT");
    expectForwarded(SIGTERM, "TERM");
    expectForwarded(SIGHUP, "HUP");
}

TEST_F(RunEnds, WhenItIsKilledTheSandboxEnds) {
    Program program(user_, invocation({"--", "sh", "-c", "echo ready; trap '' TERM HUP; while :; do sleep 1; done"}));
    program.awaitOutput("ready");
    program.signal(SIGKILL);
    // Its stdout is the payload's as well: the end of it is the end of the whole sandbox.
    EXPECT_EQ(program.finish().status, -SIGKILL);
}

User rootUser() {
    User root;
    root.name = "root";
    root.home = "/";
    return root;
}

TEST_F(RunEnds, RootIsRefusedAndTheLineNamesAs) {
    const Outcome outcome = runAs(rootUser(), {"sandboxctl", "run", "--", "true"});
    EXPECT_EQ(outcome.status, 125);
    EXPECT_EQ(linesOf(outcome.errors).size(), 1U) << outcome.errors;
    EXPECT_NE(outcome.errors.find("--as"), std::string::npos) << outcome.errors;
}

TEST_F(RunEnds, RootMayRunAsAnotherUser) {
    const Outcome outcome =
        runAs(rootUser(), {"sandboxctl", "run", "--as", user_.name, "--", "sh", "-c", "id -u; echo $HOME"});
    EXPECT_EQ(outcome.status, 0) << outcome.errors;
    EXPECT_EQ(outcome.output, std::to_string(user_.uid) + "\n" + user_.home + "\n");
}

TEST_F(RunEnds, AsNeedsRootAndAnAccount) {
    EXPECT_EQ(runAs(user_, {"sandboxctl", "run", "--as", "root", "--", "true"}).status, 125);
    EXPECT_EQ(runAs(rootUser(), {"sandboxctl", "run", "--as", "no-such-user", "--", "true"}).status, 125);
    EXPECT_EQ(runAs(rootUser(), {"sandboxctl", "run", "--as", "root", "--", "true"}).status, 125);
}

} // namespace
} // namespace sandboxd::bus_tests
