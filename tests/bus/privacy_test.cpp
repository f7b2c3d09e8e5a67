// What another user learns of a sandbox: nothing, not even that it exists.
#include "bus_test.hpp"

#include <csignal>

namespace sandboxd::bus_tests {
namespace {

class Privacy : public BusTest {
protected:
    // A sandbox of `user_` while `strangerDoes` runs as somebody else, with its object's path and the pid of its
    // payload.
    void withSandbox(const std::function<void(const std::string& path, pid_t payload)>& strangerDoes) {
        Line started;
        Line payload;
        Line end;
        UserProcess owner(user_, [&] {
            Connection connection;
            const Spawned spawned = connection.spawn(program({"/bin/sleep", "1000"}));
            started.say(spawned.path.empty() ? spawned.errorMessage : spawned.path);
            payload.say(std::to_string(pidOf(spawned.pidfd.get())));
            EXPECT_EQ(end.hear(), "go");
            EXPECT_EQ(connection.textProperty(spawned.path, Connection::sandboxInterface, "State"), "running");
        });
        const std::string path = started.hear();
        ASSERT_EQ(path.rfind("/org/sandboxd1/sandbox/", 0), 0U) << path;
        const pid_t pid = std::stoi(payload.hear());
        asUser(stranger_, [&] { strangerDoes(path, pid); });
        end.say();
    }

    static std::string idOf(const std::string& path) { return path.substr(path.rfind('/') + 1); }

    const User stranger_ = freshUser();
};

const std::string absent = "/org/sandboxd1/sandbox/aaaaaaaaaaaaaaaaaaaaaaaaaa";

// The whole error, with the id taken out: equal for a sandbox of somebody else and for one that never was.
std::string wholeError(const Reply& reply, const std::string& path) {
    std::string message = reply.error + ": " + reply.errorMessage;
    const std::string id = path.substr(path.rfind('/') + 1);
    for (std::size_t at = message.find(id); at != std::string::npos; at = message.find(id)) {
        message.replace(at, id.size(), "ID");
    }
    return message;
}

TEST_F(Privacy, S58_EveryMethodAnswersAsIfItDidNotExist) {
    withSandbox([](const std::string& path, pid_t) {
        Connection connection;
        const auto ask = [&](const std::string& object, const std::string& member) {
            Message message = connection.method(member, object, Connection::sandboxInterface);
            if (member == "Kill") {
                must(sd_bus_message_append(message.get(), "si", "leader", SIGTERM), "append");
            } else if (member == "Wait" || member == "Terminate") {
                must(sd_bus_message_append(message.get(), "t", std::uint64_t{0}), "append");
            }
            return wholeError(connection.call(std::move(message)), object);
        };
        for (const char* member : {"Kill", "Terminate", "Wait", "GetPIDFD"}) {
            EXPECT_EQ(ask(path, member).rfind("org.sandboxd1.Error.NoSuchSandbox", 0), 0U) << ask(path, member);
            EXPECT_EQ(ask(path, member), ask(absent, member)) << member;
        }
    });
}

TEST_F(Privacy, S58_NoPropertyIsReadable) {
    withSandbox([](const std::string& path, pid_t) {
        Connection connection;
        for (const char* name : {"Id", "Profile", "Description", "OwnerUID", "State", "Result", "LeaderPID",
                                 "StartTimestamp", "StartTimestampMonotonic", "ExitCode", "ExitStatus", "ControlGroup",
                                 "AppArmorLabel", "Restrictions", "Lifetime"}) {
            const Reply reply = connection.property(path, Connection::sandboxInterface, name);
            EXPECT_EQ(shortError(reply.error), "NoSuchSandbox") << name;
            EXPECT_EQ(wholeError(reply, path),
                      wholeError(connection.property(absent, Connection::sandboxInterface, name), absent));
        }
        Message all = connection.method("GetAll", path, "org.freedesktop.DBus.Properties");
        must(sd_bus_message_append(all.get(), "s", Connection::sandboxInterface.c_str()), "append");
        EXPECT_FALSE(connection.call(std::move(all)).ok());
    });
}

// Anybody may open a pidfd of any process: it must say no more than that of one that is in no sandbox.
TEST_F(Privacy, S58_ThePidfdOfItsPayloadFindsNothing) {
    withSandbox([](const std::string&, pid_t payload) {
        Connection connection;
        const auto find = [&](pid_t pid) {
            const UniqueFd pidfd = openPidfd(pid);
            Message message = connection.method("GetSandboxByPIDFD");
            must(sd_bus_message_append(message.get(), "h", pidfd.get()), "append");
            const Reply reply = connection.call(std::move(message));
            return reply.error + ": " + reply.errorMessage;
        };
        EXPECT_EQ(find(payload).rfind("org.sandboxd1.Error.NoSuchSandbox: ", 0), 0U) << find(payload);
        EXPECT_EQ(find(payload), find(getpid()));
    });
}

TEST_F(Privacy, S58_ItIsNeitherFoundNorListed) {
    withSandbox([](const std::string& path, pid_t) {
        Connection connection;
        Message get = connection.method("GetSandbox");
        must(sd_bus_message_append(get.get(), "s", idOf(path).c_str()), "append");
        EXPECT_EQ(shortError(connection.call(std::move(get)).error), "NoSuchSandbox");
        Message list = connection.method("ListSandboxes");
        appendDictionary(list.get(), {});
        const Reply reply = connection.call(std::move(list));
        ASSERT_TRUE(reply.ok()) << reply.errorMessage;
        must(sd_bus_message_enter_container(reply.message.get(), 'a', "(sosuta{sv})"), "enter");
        EXPECT_EQ(sd_bus_message_at_end(reply.message.get(), 0), 1) << "somebody else's sandbox is listed";
    });
}

TEST_F(Privacy, S58_IntrospectionOfItsObjectTellsNothing) {
    withSandbox([](const std::string& path, pid_t) {
        Connection connection;
        const auto introspect = [&](const std::string& object) {
            return wholeError(
                connection.call(connection.method("Introspect", object, "org.freedesktop.DBus.Introspectable")),
                object);
        };
        EXPECT_EQ(introspect(path), introspect(absent));
    });
}

TEST_F(Privacy, S58_SignalsReachNobodyElse) {
    Line listening;
    Line ended;
    UserProcess listener(stranger_, [&] {
        Connection connection;
        connection.addMatch("type='signal',sender='org.sandboxd1'");
        EXPECT_TRUE(connection.call(connection.method("Subscribe")).ok());
        listening.say();
        EXPECT_EQ(ended.hear(), "go");
        EXPECT_EQ(connection.signalsSoFar(), std::vector<std::string>{});
    });
    EXPECT_EQ(listening.hear(), "go");
    asUser(user_, [] {
        Connection connection;
        const Spawned spawned = connection.spawn(program({"/bin/true"}));
        connection.awaitSignal("Exited", spawned.path);
    });
    ended.say();
}

TEST_F(Privacy, S39_TheEnvironmentOfAnotherRequestIsNotInThePayload) {
    const std::string canary = "canary-of-another-user";
    asUser(user_, [&] {
        Connection connection;
        SpawnRequest request = program({"/bin/true"});
        request.options.clear();
        const Spawned spawned = connection.spawn(request.with("env", byteStrings({"SECRET=" + canary})));
        EXPECT_EQ(spawned.error, "");
    });
    asUser(stranger_, [&] {
        Connection connection;
        const Ran ran = runShell(connection, shell("cat /proc/*/environ /proc/*/cmdline; env; set"));
        EXPECT_EQ(ran.spawned.error, "") << ran.spawned.errorMessage;
        EXPECT_EQ(ran.output.find(canary), std::string::npos);
        EXPECT_EQ(ran.output.find("LISTEN_FDS"), std::string::npos);
        EXPECT_EQ(ran.output.find("DBUS_SYSTEM_BUS_ADDRESS"), std::string::npos);
    });
}

} // namespace
} // namespace sandboxd::bus_tests
