// A running sandbox as its owner sees it on the bus: find, list, signal, wait, properties, signals.
#include "bus_test.hpp"

#include <csignal>
#include <ctime>

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

template <typename Number>
Number numberProperty(Connection& connection, const std::string& path, const std::string& name, const char* type) {
    const Reply reply = connection.property(path, Connection::sandboxInterface, name);
    Number value = 0;
    must(sd_bus_message_read(reply.message.get(), "v", type, &value), name.c_str());
    return value;
}

// A property of type a{sv} with texts and truths in it.
std::map<std::string, std::string> wordsOf(const Reply& reply) {
    std::map<std::string, std::string> words;
    sd_bus_message* message = reply.message.get();
    must(sd_bus_message_enter_container(message, 'v', "a{sv}"), "enter variant");
    must(sd_bus_message_enter_container(message, 'a', "{sv}"), "enter dictionary");
    while (must(sd_bus_message_enter_container(message, 'e', "sv"), "enter entry") > 0) {
        const char* key = nullptr;
        const char* word = nullptr;
        int truth = 0;
        must(sd_bus_message_read(message, "s", &key), "key");
        if (must(sd_bus_message_verify_type(message, 'v', "s"), "type") > 0) {
            must(sd_bus_message_read(message, "v", "s", &word), "text");
        } else {
            must(sd_bus_message_read(message, "v", "b", &truth), "truth");
            word = truth != 0 ? "true" : "false";
        }
        words[key] = word;
        must(sd_bus_message_exit_container(message), "exit entry");
    }
    return words;
}

std::uint64_t nowUsec(clockid_t clock) {
    timespec now{};
    clock_gettime(clock, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(now.tv_nsec) / 1000;
}

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

TEST_F(Sandbox, TellsItsNumbers) {
    asUser(user_, [] {
        Connection connection;
        const std::uint64_t before[] = {nowUsec(CLOCK_REALTIME), nowUsec(CLOCK_MONOTONIC)};
        Living living(connection);
        const std::uint64_t after[] = {nowUsec(CLOCK_REALTIME), nowUsec(CLOCK_MONOTONIC)};
        const std::string& path = living.spawned.path;
        EXPECT_EQ(numberProperty<std::uint32_t>(connection, path, "OwnerUID", "u"), getuid());
        EXPECT_EQ(numberProperty<std::uint32_t>(connection, path, "LeaderPID", "u"),
                  static_cast<std::uint32_t>(pidOf(living.spawned.pidfd.get())));
        int index = 0;
        for (const char* name : {"StartTimestamp", "StartTimestampMonotonic"}) {
            const auto start = numberProperty<std::uint64_t>(connection, path, name, "t");
            EXPECT_GE(start, before[index]) << name;
            EXPECT_LE(start, after[index++]) << name;
        }
        EXPECT_EQ(numberProperty<std::int32_t>(connection, path, "ExitCode", "i"), 0);
        EXPECT_EQ(numberProperty<std::int32_t>(connection, path, "ExitStatus", "i"), 0);
        EXPECT_EQ(connection.kill(path, "leader", SIGUSR2), "");
        connection.wait(path);
        EXPECT_EQ(numberProperty<std::int32_t>(connection, path, "ExitCode", "i"), CLD_KILLED);
        EXPECT_EQ(numberProperty<std::int32_t>(connection, path, "ExitStatus", "i"), SIGUSR2);
    });
}

TEST_F(Sandbox, TellsItsRestrictions) {
    asUser(user_, [] {
        Connection connection;
        Spawned spawned = connection.spawn(program({"/bin/true"}).with("network", text("none")));
        EXPECT_EQ(connection.textProperty(spawned.path, Connection::sandboxInterface, "AppArmorLabel"),
                  spawned.results["apparmor-label"]);
        const Reply reply = connection.property(spawned.path, Connection::sandboxInterface, "Restrictions");
        EXPECT_EQ(
            wordsOf(reply),
            (std::map<std::string, std::string>{
                {"identity", "mapped"}, {"network", "none"}, {"no-new-privileges", "true"}, {"seccomp", "default"}}));
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
        EXPECT_EQ(connection.wait(living.spawned.path, 1).error, "Busy");
        EXPECT_EQ(connection.textProperty(living.spawned.path, Connection::sandboxInterface, "State"), "running");
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
        EXPECT_FALSE(connection.holds([](sd_bus_message* message) {
            return sd_bus_message_is_method_error(message, nullptr) > 0;
        })) << "one of the sixteen was refused as well";
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
