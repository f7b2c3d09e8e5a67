// info-fd, status-fd, block-fd and sync-fd: what is told of a payload, what it waits for, what lives as long as it.
#include "bus_test.hpp"

#include <nlohmann/json.hpp>
#include <poll.h>
#include <unistd.h>

#include <csignal>

namespace sandboxd::bus_tests {
namespace {

class PayloadReports : public BusTest {};

// What a request writes to the descriptor of `key`, to its end; the payload prints its own namespaces to `output`.
struct Told {
    Spawned spawned;
    std::string text;
    std::string output;
};

Told tellVia(Connection& connection, const std::string& key, SpawnRequest request) {
    Told told;
    Pipe info;
    Pipe output;
    request.giving(1, output.writeEnd.get()).with(key, descriptor(info.writeEnd.get()));
    told.spawned = connection.spawn(request);
    EXPECT_EQ(told.spawned.error, "") << told.spawned.errorMessage;
    told.text = info.read();
    told.output = output.read();
    return told;
}

SpawnRequest namespacePrinter() {
    return shell("for n in cgroup ipc mnt net pid uts; do readlink /proc/self/ns/$n; done");
}

TEST_F(PayloadReports, InfoFdNamesPidAndNamespaces) {
    asUser(user_, [] {
        Connection connection;
        const Told told = tellVia(connection, "info-fd", namespacePrinter());
        const auto info = nlohmann::json::parse(told.text);
        const auto leader = connection.property(told.spawned.path, Connection::sandboxInterface, "LeaderPID");
        std::uint32_t pid = 0;
        must(sd_bus_message_read(leader.message.get(), "v", "u", &pid), "read LeaderPID");
        EXPECT_EQ(info.at("child-pid"), pid);
        EXPECT_EQ(info.size(), 7U) << told.text;
        for (const std::string& line : linesOf(told.output)) { // "pid:[4026531836]"
            const std::string name = line.substr(0, line.find(':'));
            const std::string inode = line.substr(line.find('[') + 1);
            EXPECT_EQ(info.at(name + "-namespace"), std::stoull(inode)) << told.text;
        }
        EXPECT_EQ(told.text.substr(0, 19), "{\n    \"child-pid\": ");
    });
}

TEST_F(PayloadReports, StatusFdIsOneLine) {
    asUser(user_, [] {
        Connection connection;
        const Told told = tellVia(connection, "status-fd", namespacePrinter());
        EXPECT_EQ(told.text.find('\n'), told.text.size() - 1) << told.text;
        EXPECT_EQ(nlohmann::json::parse(told.text).size(), 7U) << told.text;
    });
}

TEST_F(PayloadReports, NamespacesThatAreSharedAreNotNamed) {
    asUser(user_, [] {
        Connection connection;
        SpawnRequest request = namespacePrinter();
        request.with("namespaces", strings({"mount", "pid"})).with("network", text("host"));
        const auto info = nlohmann::json::parse(tellVia(connection, "info-fd", request).text);
        EXPECT_EQ(info.size(), 3U) << info;
        EXPECT_TRUE(info.contains("mnt-namespace") && info.contains("pid-namespace")) << info;
    });
}

TEST_F(PayloadReports, AReaderThatIsGoneIsAnError) {
    asUser(user_, [] {
        Connection connection;
        Pipe info;
        info.readEnd.reset();
        const Spawned spawned =
            connection.spawn(program({"/bin/true"}).with("info-fd", descriptor(info.writeEnd.get())));
        EXPECT_EQ(spawned.error, "SetupFailed");
        EXPECT_EQ(spawned.errorMessage, "setup: cannot write to info-fd or status-fd: Broken pipe");
    });
}

// A sandbox that waits for the pipe `block`; it says what its command says.
struct Blocked {
    Spawned spawned;
    Pipe block;
    Pipe output;
};

void startBlocked(Connection& connection, SpawnRequest request, Blocked& blocked) {
    request.giving(1, blocked.output.writeEnd.get()).giving(2, blocked.output.writeEnd.get());
    request.with("block-fd", descriptor(blocked.block.readEnd.get()));
    blocked.spawned = connection.spawn(request);
    ASSERT_EQ(blocked.spawned.error, "") << blocked.spawned.errorMessage;
    blocked.block.readEnd.reset();
}

std::string commandOf(Connection& connection, const Spawned& spawned) {
    const auto leader = connection.property(spawned.path, Connection::sandboxInterface, "LeaderPID");
    std::uint32_t pid = 0;
    must(sd_bus_message_read(leader.message.get(), "v", "u", &pid), "read LeaderPID");
    return readFile("/proc/" + std::to_string(pid) + "/comm");
}

TEST_F(PayloadReports, ABlockedPayloadIsExecutedWhenAByteComes) {
    asUser(user_, [] {
        Connection connection;
        Blocked blocked;
        startBlocked(connection, program({"/bin/echo", "ran"}), blocked);
        EXPECT_NE(commandOf(connection, blocked.spawned), "echo\n");
        ASSERT_EQ(write(blocked.block.writeEnd.get(), "x", 1), 1);
        EXPECT_EQ(blocked.output.read(), "ran\n");
        EXPECT_EQ(connection.wait(blocked.spawned.path).status, 0);
    });
}

TEST_F(PayloadReports, ABlockedPayloadIsExecutedAtTheEndOfFile) {
    asUser(user_, [] {
        Connection connection;
        Blocked blocked;
        startBlocked(connection, program({"/bin/echo", "ran"}), blocked);
        blocked.block.writeEnd.reset();
        EXPECT_EQ(blocked.output.read(), "ran\n");
    });
}

TEST_F(PayloadReports, AnExecThatFailsLaterIsSaidOnStderr) {
    asUser(user_, [] {
        const struct {
            const char* command;
            int status;
            const char* said;
        } commands[] = {{"/no/such", 127, "cannot execute /no/such: No such file or directory\n"},
                        {"/etc/passwd", 126, "cannot execute /etc/passwd: Permission denied\n"}};
        Connection connection;
        for (const auto& [command, status, said] : commands) {
            Blocked blocked;
            startBlocked(connection, program({command}), blocked);
            blocked.block.writeEnd.reset();
            EXPECT_EQ(blocked.output.read(), said);
            EXPECT_EQ(connection.wait(blocked.spawned.path).status, status) << command;
        }
    });
}

TEST_F(PayloadReports, ABlockedPayloadCanBeKilled) {
    asUser(user_, [] {
        Connection connection;
        Blocked blocked;
        startBlocked(connection, program({"/bin/echo", "ran"}), blocked);
        EXPECT_EQ(connection.kill(blocked.spawned.path, "leader", SIGTERM), "");
        EXPECT_EQ(connection.wait(blocked.spawned.path).status, SIGTERM);
        EXPECT_EQ(blocked.output.read(), "");
    });
}

TEST_F(PayloadReports, SyncFdIsOpenUntilTheEnd) {
    asUser(user_, [] {
        Connection connection;
        Pipe sync;
        Pipe output;
        Pipe input;
        SpawnRequest request = shell("exec 3>&-; echo running; read line");
        request.giving(0, input.readEnd.get()).giving(1, output.writeEnd.get());
        const Spawned spawned = connection.spawn(request.with("sync-fd", descriptor(sync.writeEnd.get())));
        ASSERT_EQ(spawned.error, "") << spawned.errorMessage;
        sync.writeEnd.reset();
        awaitReadable(output.readEnd.get(), "the payload's word");
        pollfd entry{sync.readEnd.get(), POLLIN, 0};
        EXPECT_EQ(poll(&entry, 1, 0), 0) << "nobody holds it";
        input.writeEnd.reset();
        awaitReadable(sync.readEnd.get(), "the end of the sandbox");
        EXPECT_EQ(sync.read(), "");
    });
}

} // namespace
} // namespace sandboxd::bus_tests
