// The options `terminal` and `new-session`: which session the payload is in, and which terminal controls it.
#include "bus_test.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

namespace sandboxd::bus_tests {
namespace {

class Terminal : public BusTest {};

struct Pty {
    UniqueFd master;
    UniqueFd slave;
};

Pty openPty() {
    Pty pty;
    pty.master.reset(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (!pty.master || unlockpt(pty.master.get()) != 0) {
        throw std::runtime_error("cannot open a pty");
    }
    pty.slave.reset(ioctl(pty.master.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
    return pty;
}

// What the payload wrote, up to `text`.
std::string readUntil(const Pty& pty, const std::string& text) {
    std::string all;
    char buffer[256];
    while (all.find(text) == std::string::npos) {
        awaitReadable(pty.master.get(), "output with " + text + ", so far: " + all);
        const ssize_t size = read(pty.master.get(), buffer, sizeof buffer);
        if (size <= 0) {
            throw std::runtime_error("the terminal ended after: " + all);
        }
        all.append(buffer, static_cast<std::size_t>(size));
    }
    return all;
}

SpawnRequest onTerminal(const Pty& pty, const std::string& script) {
    const int slave = pty.slave.get();
    return shell(script).giving(0, slave).giving(1, slave).giving(2, slave).with("terminal", descriptor(slave));
}

// One that is on the terminal until something ends it.
Spawned startOn(const Pty& pty, Connection& connection) {
    Spawned spawned = connection.spawn(onTerminal(pty, "echo ready; exec sleep 1000"));
    EXPECT_EQ(spawned.error, "") << spawned.errorMessage;
    readUntil(pty, "ready");
    return spawned;
}

TEST_F(Terminal, ControlsThePayload) {
    asUser(user_, [] {
        const Pty pty = openPty();
        Connection connection;
        const Spawned spawned = connection.spawn(onTerminal(pty, "echo reached > /dev/tty"));
        ASSERT_EQ(spawned.error, "") << spawned.errorMessage;
        EXPECT_EQ(connection.wait(spawned.path).status, 0);
        readUntil(pty, "reached");
        pid_t session = 0;
        EXPECT_NE(ioctl(pty.slave.get(), TIOCGSID, &session), 0) << "it is not ours";
    });
}

TEST_F(Terminal, ItsInterruptKeyReachesThePayload) {
    asUser(user_, [] {
        const Pty pty = openPty();
        Connection connection;
        const Spawned spawned = startOn(pty, connection);
        ASSERT_EQ(write(pty.master.get(), "\003", 1), 1);
        const Ended ended = connection.wait(spawned.path);
        EXPECT_EQ(ended.code, CLD_KILLED);
        EXPECT_EQ(ended.status, SIGINT);
    });
}

TEST_F(Terminal, ThatIsClosedHangsThePayloadUp) {
    asUser(user_, [] {
        Pty pty = openPty();
        Connection connection;
        const Spawned spawned = startOn(pty, connection);
        pty.master.reset();
        EXPECT_EQ(connection.wait(spawned.path).status, SIGHUP);
    });
}

TEST_F(Terminal, ThatAnotherSessionHasIsRefused) {
    asUser(user_, [] {
        const Pty pty = openPty();
        Connection connection;
        const Spawned owner = startOn(pty, connection);
        const Spawned second = connection.spawn(onTerminal(pty, "true"));
        EXPECT_EQ(second.error, "SetupFailed");
        EXPECT_NE(second.errorMessage.find("cannot take the terminal"), std::string::npos) << second.errorMessage;
        EXPECT_EQ(connection.kill(owner.path, "all", SIGKILL), "");
        connection.wait(owner.path);
    });
}

TEST_F(Terminal, IsNoneWithoutTheOption) {
    asUser(user_, [] {
        const Pty pty = openPty();
        Connection connection;
        SpawnRequest request = shell("(: > /dev/tty) 2>/dev/null && exit 1; exit 0");
        request.giving(0, pty.slave.get());
        const Spawned spawned = connection.spawn(request);
        ASSERT_EQ(spawned.error, "") << spawned.errorMessage;
        EXPECT_EQ(connection.wait(spawned.path).status, 0);
    });
}

TEST_F(Terminal, S35_TheCallersOwnCannotBeTaken) {
    asUser(user_, [] {
        ASSERT_NE(signal(SIGHUP, SIG_IGN), SIG_ERR); // the end of the pty, which controls us
        const Pty pty = openPty();
        ASSERT_GE(setsid(), 0);
        ASSERT_EQ(ioctl(pty.slave.get(), TIOCSCTTY, 0), 0);
        Connection connection;
        SpawnRequest request = shell("(: < /dev/tty) 2>/dev/null && echo opened; "
                                     "setsid --ctty --wait true 2>/dev/null && echo taken; echo done");
        const Ran ran = runShell(connection, request.giving(0, pty.slave.get()));
        EXPECT_EQ(ran.output, "done\n");
        pid_t session = 0;
        EXPECT_EQ(ioctl(pty.slave.get(), TIOCGSID, &session), 0);
        EXPECT_EQ(session, getpid());
    });
}

// The fields of /proc/PID/stat: 5 the process group, 6 the session, 0 if they lie outside.
TEST_F(Terminal, ANewSessionIsThePayloadsUnlessItWantsNone) {
    asUser(user_, [] {
        Connection connection;
        const std::string script = "cut -d' ' -f5,6 /proc/self/stat | tr ' ' -; echo $$";
        EXPECT_EQ(runShell(connection, shell("exec sh -c '" + script + "'")).output.find("0-0"), std::string::npos);
        const Ran without = runShell(connection, shell(script).with("new-session", boolean(false)));
        EXPECT_EQ(without.output.substr(0, 3), "0-0") << without.output;
    });
}

TEST_F(Terminal, APayloadWithoutASessionCanMakeOne) {
    asUser(user_, [] {
        Connection connection;
        // setsid(1) forks only if it has to.
        const std::string script = "exec setsid sh -c 'cut -d\" \" -f6 /proc/$$/stat; echo $$'";
        const Ran ran = runShell(connection, shell(script).with("new-session", boolean(false)));
        const std::vector<std::string> lines = linesOf(ran.output);
        ASSERT_EQ(lines.size(), 2U) << ran.output;
        EXPECT_EQ(lines[0], lines[1]);
    });
}

} // namespace
} // namespace sandboxd::bus_tests
