// A running sandbox as its owner sees it on the bus: find, list, signal, wait, properties, signals.
#include "bus_test.hpp"

#include <csignal>

namespace sandboxd::bus_tests {
namespace {

class Sandbox : public BusTest {};

// One that lives until its input closes.
struct Living {
    explicit Living(Connection& connection) : spawned(connection.spawn(request())) { input.readEnd.reset(); }
    SpawnRequest request() { return program({"/bin/cat"}).giving(0, input.readEnd.get()); }
    Pipe input;
    Spawned spawned;
};

std::string pathReply(const Reply& reply) {
    if (!reply.ok()) {
        return "error: " + shortError(reply.error);
    }
    const char* path = nullptr;
    must(sd_bus_message_read(reply.message.get(), "o", &path), "read path");
    return path;
}

TEST_F(Sandbox, IsFoundByItsId) {
    asUser(user_, [] {
        Connection connection;
        Living living(connection);
        Message message = connection.method("GetSandbox");
        must(sd_bus_message_append(message.get(), "s", living.spawned.id.c_str()), "append");
        EXPECT_EQ(pathReply(connection.call(std::move(message))), living.spawned.path);
    });
}

TEST_F(Sandbox, IsFoundByThePidfdOfItsPayload) {
    asUser(user_, [] {
        Connection connection;
        Living living(connection);
        Message message = connection.method("GetSandboxByPIDFD");
        must(sd_bus_message_append(message.get(), "h", living.spawned.pidfd.get()), "append");
        EXPECT_EQ(pathReply(connection.call(std::move(message))), living.spawned.path);
        Message other = connection.method("GetSandboxByPIDFD");
        const UniqueFd own = openPidfd(getpid());
        must(sd_bus_message_append(other.get(), "h", own.get()), "append");
        EXPECT_EQ(pathReply(connection.call(std::move(other))), "error: NoSuchSandbox");
    });
}

TEST_F(Sandbox, IsListedWhileItRuns) {
    asUser(user_, [] {
        Connection connection;
        Living living(connection);
        Message message = connection.method("ListSandboxes");
        appendDictionary(message.get(), {});
        const Reply reply = connection.call(std::move(message));
        ASSERT_TRUE(reply.ok()) << reply.errorMessage;
        must(sd_bus_message_enter_container(reply.message.get(), 'a', "(sosuta{sv})"), "enter");
        ASSERT_GT(sd_bus_message_enter_container(reply.message.get(), 'r', "sosuta{sv}"), 0);
        const char* id = nullptr;
        const char* path = nullptr;
        const char* state = nullptr;
        std::uint32_t uid = 0;
        std::uint64_t start = 0;
        must(sd_bus_message_read(reply.message.get(), "sosut", &id, &path, &state, &uid, &start), "read row");
        EXPECT_EQ(id, living.spawned.id);
        EXPECT_EQ(path, living.spawned.path);
        EXPECT_STREQ(state, "running");
        EXPECT_EQ(uid, getuid());
        EXPECT_GT(start, 0U);
    });
}

TEST_F(Sandbox, TellsItsProperties) {
    asUser(user_, [] {
        Connection connection;
        Pipe input;
        const Spawned spawned = connection.spawn(
            program({"/bin/cat"}).giving(0, input.readEnd.get()).with("description", text("a \"quoted\" name")));
        input.readEnd.reset();
        const auto property = [&](const char* name) {
            return connection.textProperty(spawned.path, Connection::sandboxInterface, name);
        };
        EXPECT_EQ(property("Id"), spawned.id);
        EXPECT_EQ(property("Profile"), "default");
        EXPECT_EQ(property("Description"), "a \"quoted\" name");
        EXPECT_EQ(property("State"), "running");
        EXPECT_EQ(property("Result"), "");
        EXPECT_EQ(property("Lifetime"), "call");
        EXPECT_EQ(property("ControlGroup"), getenv("PRIVATE_SYSTEM_CGROUP") != nullptr ? "own" : "none");
        input.writeEnd.reset();
        connection.awaitSignal("Exited", spawned.path);
        EXPECT_EQ(property("State"), "ended");
        EXPECT_EQ(property("Result"), "success");
    });
}

TEST_F(Sandbox, KillSignalsThePayload) {
    asUser(user_, [] {
        Connection connection;
        Living living(connection);
        EXPECT_EQ(connection.kill(living.spawned.path, "leader", SIGUSR1), "");
        const Ended ended = connection.wait(living.spawned.path);
        EXPECT_EQ(ended.code, CLD_KILLED);
        EXPECT_EQ(ended.status, SIGUSR1);
        EXPECT_EQ(ended.result, "signal");
    });
}

TEST_F(Sandbox, KillOfAllTakesSigkillOnly) {
    asUser(user_, [] {
        Connection connection;
        Living living(connection);
        EXPECT_EQ(connection.kill(living.spawned.path, "all", SIGTERM), "InvalidArgs");
        EXPECT_EQ(connection.kill(living.spawned.path, "all", SIGKILL), "");
        const Ended ended = connection.wait(living.spawned.path);
        EXPECT_EQ(ended.code, CLD_KILLED);
        EXPECT_EQ(ended.status, SIGKILL);
    });
}

TEST_F(Sandbox, KillRefusesWhatIsNoSignalAndNoTarget) {
    asUser(user_, [] {
        Connection connection;
        Living living(connection);
        EXPECT_EQ(connection.kill(living.spawned.path, "leader", 0), "InvalidArgs");
        EXPECT_EQ(connection.kill(living.spawned.path, "leader", -1), "InvalidArgs");
        EXPECT_EQ(connection.kill(living.spawned.path, "leader", 65), "InvalidArgs");
        EXPECT_EQ(connection.kill(living.spawned.path, "somebody", SIGTERM), "InvalidArgs");
    });
}

TEST_F(Sandbox, KillOfAnEndedOneIsNotRunning) {
    asUser(user_, [] {
        Connection connection;
        const Spawned spawned = connection.spawn(program({"/bin/true"}));
        connection.awaitSignal("Exited", spawned.path);
        EXPECT_EQ(connection.kill(spawned.path, "leader", SIGTERM), "NotRunning");
    });
}

std::string terminate(Connection& connection, const std::string& path, std::uint64_t graceUsec) {
    Message message = connection.method("Terminate", path, Connection::sandboxInterface);
    must(sd_bus_message_append(message.get(), "t", graceUsec), "append");
    return shortError(connection.call(std::move(message)).error);
}

TEST_F(Sandbox, TerminateAsksFirst) {
    asUser(user_, [] {
        Connection connection;
        Living living(connection);
        EXPECT_EQ(terminate(connection, living.spawned.path, 60'000'000), "");
        EXPECT_EQ(connection.wait(living.spawned.path).status, SIGTERM);
    });
}

TEST_F(Sandbox, TerminateEndsWhatDoesNotListen) {
    asUser(user_, [] {
        Connection connection;
        Pipe ready;
        const Spawned spawned = connection.spawn(
            shell("trap '' TERM; echo ready; while :; do sleep 1000; done").giving(1, ready.writeEnd.get()));
        ready.writeEnd.reset();
        awaitReadable(ready.readEnd.get(), "the payload");
        EXPECT_EQ(terminate(connection, spawned.path, 1), "");
        EXPECT_EQ(connection.wait(spawned.path).status, SIGKILL);
    });
}

TEST_F(Sandbox, WaitAnswersAtTheEndAndAfterIt) {
    asUser(user_, [] {
        Connection connection;
        Living living(connection);
        Message message = connection.method("Wait", living.spawned.path, Connection::sandboxInterface);
        must(sd_bus_message_append(message.get(), "t", std::uint64_t{0}), "append");
        const std::uint64_t cookie = connection.send(std::move(message));
        living.input.writeEnd.reset();
        EXPECT_TRUE(connection.awaitReply(cookie).ok());
        EXPECT_EQ(connection.wait(living.spawned.path).result, "success");
    });
}

TEST_F(Sandbox, WaitGivesUpAfterItsTime) {
    asUser(user_, [] {
        Connection connection;
        Living living(connection);
        EXPECT_NE(connection.wait(living.spawned.path, 1).error, "");
    });
}

TEST_F(Sandbox, ASeventeenthWaitIsBusy) {
    asUser(user_, [] {
        Connection connection;
        Living living(connection);
        std::vector<std::uint64_t> cookies;
        for (int count = 0; count < 17; ++count) {
            Message message = connection.method("Wait", living.spawned.path, Connection::sandboxInterface);
            must(sd_bus_message_append(message.get(), "t", std::uint64_t{0}), "append");
            cookies.push_back(connection.send(std::move(message)));
        }
        EXPECT_EQ(shortError(connection.awaitReply(cookies.back()).error), "Busy");
        cookies.pop_back();
        living.input.writeEnd.reset();
        for (const std::uint64_t cookie : cookies) {
            EXPECT_TRUE(connection.awaitReply(cookie).ok());
        }
    });
}

TEST_F(Sandbox, GetPidfdNamesThePayload) {
    asUser(user_, [] {
        Connection connection;
        Living living(connection);
        const Reply reply =
            connection.call(connection.method("GetPIDFD", living.spawned.path, Connection::sandboxInterface));
        ASSERT_TRUE(reply.ok()) << reply.errorMessage;
        int pidfd = -1;
        must(sd_bus_message_read(reply.message.get(), "h", &pidfd), "read pidfd");
        living.input.writeEnd.reset();
        awaitExit(pidfd, "the payload's end");
        connection.wait(living.spawned.path);
        const Reply late =
            connection.call(connection.method("GetPIDFD", living.spawned.path, Connection::sandboxInterface));
        EXPECT_EQ(shortError(late.error), "NotRunning");
    });
}

TEST_F(Sandbox, ASubscribedConnectionOfItsUserSeesItsSignals) {
    asUser(user_, [] {
        Connection spawning;
        Connection subscribed;
        Connection other;
        ASSERT_TRUE(subscribed.call(subscribed.method("Subscribe")).ok());
        const Spawned spawned = spawning.spawn(program({"/bin/true"}));
        subscribed.awaitSignal("SandboxNew");
        subscribed.awaitSignal("Started", spawned.path);
        subscribed.awaitSignal("Exited", spawned.path);
        spawning.awaitSignal("Exited", spawned.path);
        EXPECT_EQ(other.signalsSoFar(), std::vector<std::string>{});
    });
}

} // namespace
} // namespace sandboxd::bus_tests
