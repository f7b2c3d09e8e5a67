// `sandboxctl run` from an interactive shell: the payload's own terminal behaves as the shell's would.
#include "bus_test.hpp"
#include "terminal_session.hpp"

#include <csignal>
#include <filesystem>
#include <string>

namespace sandboxd::bus_tests {
namespace {

// The words that are awaited stand in two pieces in what is typed, which the terminal shows as well.
class RunOnTerminal : public BusTest {
protected:
    RunOnTerminal() {
        asUser(user_, [this] { std::filesystem::create_directories(project_); });
    }

    // The pid of the sandboxctl that runs `script`, typed into a shell of `session`; its status is shown after it.
    pid_t startKnown(TerminalSession& session, const std::string& script) const {
        session.type("sh -c 'echo $$ > pid; exec sandboxctl run -- bash -c \"$0\"' '" + script + "'; echo status=$?\n");
        session.await("ready");
        return std::stoi(readFile(project_ + "/pid"));
    }

    // What a line that is typed comes to.
    void expectShown(const std::string& line, const std::string& text) const {
        TerminalSession session(user_, project_);
        session.type(line);
        session.await(text);
    }

    const std::string project_ = user_.home + "/project";
};

// Of a shell that compares the modes before and after `command`.
std::string comparingModes(const std::string& command) {
    return "before=$(stty -g); " + command + R"sh(; [ "$before" = "$(stty -g)" ] && echo mo''des-same)sh" + "\n";
}

TEST_F(RunOnTerminal, AllStreamsAreATerminalThatControlsThePayload) {
    expectShown("sandboxctl run -- sh -c 'test -t 0 && test -t 1 && test -t 2 && echo con\"\"trolled > /dev/tty'\n",
                "controlled");
}

TEST_F(RunOnTerminal, ItIsNotTheShellsTerminal) {
    TerminalSession session(user_, project_);
    session.type("outer=$(stat -Lc %t:%T /dev/fd/0)\n");
    session.type("sandboxctl run -- sh -c 'test $(stat -Lc %t:%T /proc/self/fd/0) != $0 && echo an\"\"other' $outer\n");
    session.await("another");
}

TEST_F(RunOnTerminal, AStreamThatIsNoneStaysDirect) {
    expectShown("sandboxctl run -- sh -c 'test -t 0 && ! test -t 1 && echo di\"\"rect' > out; cat out\n", "direct");
}

TEST_F(RunOnTerminal, TheInterruptKeyIsThePayloads) {
    TerminalSession session(user_, project_);
    session.type("sandboxctl run -- sh -c 'echo rea\"\"dy; exec sleep 1000'; echo status=$?\n");
    session.await("ready");
    session.type("\003");
    session.await("status=130");
}

TEST_F(RunOnTerminal, TheStopKeyStopsAndFgContinues) {
    TerminalSession session(user_, project_);
    session.type("sandboxctl run -- sh -c 'echo rea\"\"dy; read line; echo got:$line'\n");
    session.await("ready");
    session.type("\032");
    session.await("Stopped");
    session.type("echo in''between\n");
    session.await("inbetween");
    session.type("fg\n");
    session.await("sandboxctl run");
    session.type("text\n");
    session.await("got:text");
}

TEST_F(RunOnTerminal, AStoppedPayloadDoesNotGoOn) {
    TerminalSession session(user_, project_);
    session.type("sandboxctl run -- sh -c 'echo $$ > pid; echo rea\"\"dy; while :; do :; done'\n");
    session.await("ready");
    session.type("\032");
    session.await("Stopped");
    session.type("ps -o stat= -C sh | grep -c T | sed s/^/stop''ped-/\n");
    session.await("stopped-1");
}

TEST_F(RunOnTerminal, AShellInsideHasItsOwnJobs) {
    TerminalSession session(user_, project_);
    session.type("sandboxctl run --setenv LEVEL inner -- bash --norc --noprofile -i\n");
    session.await("-i");
    session.await("$ ");
    session.type("\032"); // at its prompt, which ignores it
    session.type("sh -c 'echo slee\"\"ping; exec sleep 1000'\n");
    session.await("sleeping");
    session.type("\032");
    session.await("Stopped");
    session.type("echo level=$LEVEL\n");
    session.await("level=inner");
}

TEST_F(RunOnTerminal, TheModesAreRestoredInEveryWayOut) {
    TerminalSession session(user_, project_);
    for (const char* script : {"exit 3", "kill -9 $$", "stty raw -echo", "exec /no/such/command"}) {
        session.type(comparingModes(std::string("sandboxctl run -- sh -c '") + script + "'"));
        session.await("modes-same");
    }
    session.type(comparingModes("sandboxctl run -- /no/such/command"));
    session.await("modes-same");
}

TEST_F(RunOnTerminal, ASignalToSandboxctlReachesThePayloadAndRestoresTheModes) {
    TerminalSession session(user_, project_);
    session.type("before=$(stty -g)\n");
    kill(startKnown(session, "trap \"echo u\\\"\\\"sr1; exit 7\" USR1; echo rea\"\"dy; sleep 1000 & wait"), SIGUSR1);
    session.await("usr1");
    session.await("status=7");
    kill(startKnown(session, "echo rea\"\"dy; exec sleep 1000"), SIGTERM);
    session.await("status=143");
    session.type(R"sh([ "$before" = "$(stty -g)" ] && echo mo''des-same)sh"
                 "\n");
    session.await("modes-same");
}

TEST_F(RunOnTerminal, TheSizeFollows) {
    TerminalSession session(user_, project_);
    session.resize(22, 77);
    session.type(
        "sandboxctl run -- bash -c 'stty size; trap \"stty size; exit\" WINCH; echo rea\"\"dy; sleep 1000 & wait'\n");
    session.await("22 77");
    session.await("ready");
    session.resize(33, 99);
    session.await("33 99");
}

TEST_F(RunOnTerminal, InTheBackgroundNothingStopsIt) {
    expectShown("sandboxctl run -- sh -c 'echo ran\"\"behind' &\n", "ranbehind");
}

TEST_F(RunOnTerminal, OfItsOwnWithoutAnyIsRefused) {
    const Outcome outcome = runAs(user_, {"sandboxctl", "run", "--terminal", "true"});
    EXPECT_EQ(outcome.status, 125);
    EXPECT_NE(outcome.errors.find("none of the standard streams is a terminal"), std::string::npos) << outcome.errors;
}

} // namespace
} // namespace sandboxd::bus_tests
