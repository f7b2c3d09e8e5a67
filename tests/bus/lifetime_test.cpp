// When a sandbox ends: with its payload, its caller's connection or its lifeline, and what it leaves.
#include "bus_test.hpp"

#include <sys/socket.h>

#include <csignal>

namespace sandboxd::bus_tests {
namespace {

constexpr int lingerMs = 60'000; // twice what an ended sandbox stays

class Lifetime : public BusTest {};

SpawnRequest sleeper() {
    return program({"/bin/sleep", "1000"});
}

// Ignores what can be ignored, with a child that left its session.
SpawnRequest stubborn() {
    return shell("trap '' TERM HUP INT PIPE; setsid sleep 1000 & while :; do sleep 1000; done");
}

TEST_F(Lifetime, CallEndsWithTheConnection) {
    asUser(user_, [] {
        Connection other;
        UniqueFd pidfd;
        {
            Connection connection;
            Spawned spawned = connection.spawn(stubborn());
            ASSERT_EQ(spawned.error, "") << spawned.errorMessage;
            pidfd = std::move(spawned.pidfd);
        }
        awaitExit(pidfd.get(), "the payload's end");
    });
}

TEST_F(Lifetime, CallOutlivesAProcessWhoseConnectionLives) {
    asUser(user_, [] {
        Connection connection;
        const Spawned spawned = connection.spawn(sleeper());
        Connection().property(Connection::managerPath, Connection::managerInterface, "Version"); // another one closes
        EXPECT_EQ(connection.textProperty(spawned.path, Connection::sandboxInterface, "State"), "running");
    });
}

TEST_F(Lifetime, S50_AClientKilledAfterTheReplyTakesItsSandboxAlong) {
    Line started;
    UserProcess client(user_, [&] {
        Connection connection;
        const Spawned spawned = connection.spawn(stubborn());
        started.say(spawned.error);
        pause();
    });
    EXPECT_EQ(started.hear(), "");
    client.kill();
}

TEST_F(Lifetime, S50_AClientKilledBeforeTheReplyLeavesNothing) {
    for (int round = 0; round < 10; ++round) {
        Line sent;
        UserProcess client(user_, [&] {
            Connection connection;
            connection.sendSpawn(stubborn());
            must(sd_bus_flush(connection.raw()), "flush");
            sent.say();
            pause();
        });
        EXPECT_EQ(sent.hear(), "go");
        client.kill();
    }
}

TEST_F(Lifetime, ADatagramSocketIsNoLifeline) {
    asUser(user_, [] {
        int ends[2];
        must(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends), "socketpair");
        const UniqueFd ours(ends[0]);
        const UniqueFd theirs(ends[1]);
        Connection connection;
        const Spawned spawned = connection.spawn(sleeper().with("lifeline", descriptor(theirs.get())));
        EXPECT_EQ(spawned.error, "BadFileDescriptor");
        EXPECT_EQ(spawned.errorMessage, "lifeline: neither a pipe nor a stream socket");
    });
}

void endsWithLifeline(UniqueFd ours, UniqueFd theirs) {
    UniqueFd pidfd;
    {
        Connection connection;
        SpawnRequest request = stubborn();
        request.with("lifetime", text("fd")).with("lifeline", descriptor(theirs.get()));
        Spawned spawned = connection.spawn(request);
        ASSERT_EQ(spawned.error, "") << spawned.errorMessage;
        pidfd = std::move(spawned.pidfd);
    }
    theirs.reset();
    Connection later; // the spawning connection is gone, the sandbox is not
    Message message = later.method("GetSandboxByPIDFD");
    must(sd_bus_message_append(message.get(), "h", pidfd.get()), "append");
    const Reply reply = later.call(std::move(message));
    ASSERT_TRUE(reply.ok()) << reply.errorMessage;
    const char* path = nullptr;
    must(sd_bus_message_read(reply.message.get(), "o", &path), "read path");
    EXPECT_EQ(later.textProperty(path, Connection::sandboxInterface, "State"), "running");
    ours.reset();
    awaitExit(pidfd.get(), "the payload's end");
    EXPECT_EQ(later.wait(path).status, SIGKILL);
}

TEST_F(Lifetime, FdEndsWithThePipeOfTheLifeline) {
    asUser(user_, [] {
        Pipe lifeline;
        endsWithLifeline(std::move(lifeline.writeEnd), std::move(lifeline.readEnd));
    });
}

TEST_F(Lifetime, FdEndsWithTheSocketOfTheLifeline) {
    asUser(user_, [] {
        std::array<int, 2> ends{};
        must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), "socketpair");
        endsWithLifeline(UniqueFd(ends[0]), UniqueFd(ends[1]));
    });
}

TEST_F(Lifetime, ALifelineBesideCallEndsItToo) {
    asUser(user_, [] {
        Connection connection;
        Pipe lifeline;
        const Spawned spawned = connection.spawn(sleeper().with("lifeline", descriptor(lifeline.readEnd.get())));
        ASSERT_EQ(spawned.error, "") << spawned.errorMessage;
        lifeline.writeEnd.reset();
        EXPECT_EQ(connection.wait(spawned.path).code, CLD_KILLED);
    });
}

TEST_F(Lifetime, TheEndOfThePayloadEndsTheRest) {
    asUser(user_, [] {
        Connection connection;
        Pipe output;
        const Spawned spawned = connection.spawn(
            shell("setsid sleep 1000 & exit 3").giving(1, output.writeEnd.get()).giving(2, output.writeEnd.get()));
        EXPECT_EQ(connection.wait(spawned.path).status, 3);
        EXPECT_EQ(output.read(), ""); // its end comes only when the background process is gone too
    });
}

TEST_F(Lifetime, AnEndedSandboxGoesAfterItsTimeAndLeavesNothing) {
    nothingStarts(); // compared exactly: by then the broker has forgotten it
    asUser(user_, [] {
        Connection connection;
        std::vector<std::string> paths;
        for (int count = 0; count < 5; ++count) {
            paths.push_back(connection.spawn(program({"/bin/true"})).path);
        }
        for (const std::string& path : paths) {
            connection.receive(
                "SandboxRemoved of " + path,
                [&](sd_bus_message* message) {
                    const char* id = nullptr;
                    const char* object = nullptr;
                    return sd_bus_message_is_signal(message, nullptr, "SandboxRemoved") > 0 &&
                           sd_bus_message_rewind(message, 1) >= 0 &&
                           sd_bus_message_read(message, "so", &id, &object) > 0 && path == object;
                },
                lingerMs);
            EXPECT_EQ(connection.wait(path).error, "NoSuchSandbox");
        }
    });
}

} // namespace
} // namespace sandboxd::bus_tests
