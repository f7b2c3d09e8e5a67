// One Spawn that works: what the payload is given, what the caller is told, in which order.
#include "bus_test.hpp"
#include "descriptor_list.hpp"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sandboxd::bus_tests {
namespace {

class Spawn : public BusTest {};

TEST_F(Spawn, RunsTheCommandAndTellsItsExitStatus) {
    asUser(user_, [] {
        Connection connection;
        const Ran ran = runShell(connection, shell("echo out; exit 7"));
        ASSERT_EQ(ran.spawned.error, "") << ran.spawned.errorMessage;
        EXPECT_EQ(ran.output, "out\n");
        EXPECT_EQ(ran.ended.code, CLD_EXITED);
        EXPECT_EQ(ran.ended.status, 7);
        EXPECT_EQ(ran.ended.result, "exit-code");
    });
}

TEST_F(Spawn, NamesTheSandboxByItsId) {
    asUser(user_, [] {
        Connection connection;
        const Spawned spawned = connection.spawn(program({"/bin/true"}));
        ASSERT_EQ(spawned.error, "") << spawned.errorMessage;
        EXPECT_EQ(spawned.id.size(), 26U);
        EXPECT_EQ(spawned.id.find_first_not_of("abcdefghijklmnopqrstuvwxyz234567"), std::string::npos);
        EXPECT_EQ(spawned.path, "/org/sandboxd1/sandbox/" + spawned.id);
    });
}

TEST_F(Spawn, SaysWhatReallyApplies) {
    asUser(user_, [] {
        Connection connection;
        auto results = connection.spawn(program({"/bin/true"}).with("network", text("loopback"))).results;
        EXPECT_EQ(results["identity"], "mapped");
        EXPECT_EQ(results["network"], "loopback");
        EXPECT_EQ(results["seccomp"], "default");
        EXPECT_EQ(results["cgroup"], getenv("PRIVATE_SYSTEM_CGROUP") != nullptr ? "own" : "none");
        EXPECT_EQ(results.count("apparmor-label"), 1U);
    });
}

// What a kernel without AppArmor, as this one may be, gives: no label, and none for who must have one.
TEST_F(Spawn, HasALabelExactlyWhereOneCanBeRequired) {
    asUser(user_, [] {
        Connection connection;
        auto results = connection.spawn(program({"/bin/true"})).results;
        const bool labelled = !results["apparmor-label"].empty();
        const Spawned required = connection.spawn(program({"/bin/true"}).with("require", strings({"apparmor"})));
        EXPECT_EQ(required.error, labelled ? "" : "FeatureMissing") << required.errorMessage;
    });
}

TEST_F(Spawn, GivesAPidfdThatTellsThePayloadsEnd) {
    asUser(user_, [] {
        Connection connection;
        Pipe input;
        const Spawned spawned = connection.spawn(program({"/bin/cat"}).giving(0, input.readEnd.get()));
        ASSERT_EQ(spawned.error, "") << spawned.errorMessage;
        pollfd entry{spawned.pidfd.get(), POLLIN, 0};
        EXPECT_EQ(poll(&entry, 1, 0), 0) << "it has ended although its input is open";
        input.readEnd.reset();
        input.writeEnd.reset();
        awaitExit(spawned.pidfd.get(), "the payload's end");
    });
}

TEST_F(Spawn, AnswersBeforeStartedAndExited) {
    asUser(user_, [] {
        Connection connection;
        const std::uint64_t cookie = connection.sendSpawn(program({"/bin/true"}));
        std::vector<std::string> order;
        while (order.empty() || order.back() != "Exited") {
            const Message message = connection.receive("the next message", [](sd_bus_message*) { return true; });
            std::uint64_t answered = 0;
            if (sd_bus_message_get_reply_cookie(message.get(), &answered) >= 0 && answered == cookie) {
                order.emplace_back("reply");
            } else if (sd_bus_message_is_signal(message.get(), "org.sandboxd1.Sandbox", nullptr) > 0) {
                order.emplace_back(sd_bus_message_get_member(message.get()));
            }
        }
        EXPECT_EQ(order, (std::vector<std::string>{"reply", "Started", "Exited"}));
    });
}

TEST_F(Spawn, ExitedCarriesTheSignalThatKilledThePayload) {
    asUser(user_, [] {
        Connection connection;
        const Spawned spawned = connection.spawn(shell("kill -TERM $$"));
        const Message exited = connection.awaitSignal("Exited", spawned.path);
        int code = 0;
        int status = 0;
        must(sd_bus_message_read(exited.get(), "ii", &code, &status), "read Exited");
        EXPECT_EQ(code, CLD_KILLED);
        EXPECT_EQ(status, SIGTERM);
    });
}

TEST_F(Spawn, KeepsTheCallersIdsAndGroups) {
    const User member = freshUser({"bus-test-readers"});
    asUser(member, [&] {
        Connection connection;
        const Ran ran = runShell(connection, shell("id -u; id -g; grep ^CapEff: /proc/self/status"));
        EXPECT_EQ(ran.output,
                  std::to_string(member.uid) + "\n" + std::to_string(member.gid) + "\nCapEff:\t0000000000000000\n");
    });
}

TEST_F(Spawn, S09_InsideTheIdsAreThoseAskedForAndNoOthersAreMapped) {
    asUser(user_, [&] {
        Connection connection;
        const std::string script = "id -u; id -g; touch /data/made; stat -c '%u %g' /data/made; "
                                   "cat /proc/self/uid_map /proc/self/gid_map | tr -s ' '";
        SpawnRequest request = shell(script);
        request.mounting(bindWritable(user_.home, "/data")).with("uid", number(0));
        const Ran ran = runShell(connection, request.with("gid-map", idMap({{5, user_.gid, 1}})));
        EXPECT_EQ(ran.output,
                  "0\n5\n0 5\n 0 " + std::to_string(user_.uid) + " 1\n 5 " + std::to_string(user_.gid) + " 1\n");
        struct stat made {};
        ASSERT_EQ(stat((user_.home + "/made").c_str(), &made), 0);
        EXPECT_EQ(made.st_uid, user_.uid);
        EXPECT_EQ(made.st_gid, user_.gid);
    });
}

TEST_F(Spawn, AnOpenFileOfASupplementaryGroupStaysReadable) {
    const User member = freshUser({"bus-test-readers"});
    const std::string path = "/home/bus-test-group-file";
    asUser(member, [&] { mkdir((member.home + "/shared").c_str(), 0700); });
    UserProcess::unchanged([&] {
        FILE* file = fopen(path.c_str(), "w");
        fputs("for readers\n", file);
        fclose(file);
        EXPECT_EQ(chown(path.c_str(), 0, member.groups.front()), 0);
        chmod(path.c_str(), 0640);
    }).finish();
    asUser(member, [&] {
        Connection connection;
        const Ran ran = runShell(connection, shell("cat /data").mounting(bindReadOnly(path, "/data")));
        EXPECT_EQ(ran.output, "for readers\n");
    });
    unlink(path.c_str());
}

TEST_F(Spawn, WithoutEnvironmentThePayloadHasNone) {
    asUser(user_, [] {
        Connection connection;
        SpawnRequest request = program({"/usr/bin/env"});
        request.options.clear();
        const Ran ran = runShell(connection, request);
        EXPECT_EQ(ran.spawned.error, "") << ran.spawned.errorMessage;
        EXPECT_EQ(ran.output, "");
    });
}

TEST_F(Spawn, S77_HostileArgumentsAndEnvironmentReachThePayloadOnly) {
    asUser(user_, [] {
        Connection connection;
        SpawnRequest request = program({"/usr/bin/env", "--", "/usr/bin/env", "-u", "none"});
        request.options.clear();
        const std::vector<std::string> hostile{"LD_PRELOAD=/no/such.so", "GLIBC_TUNABLES=glibc.malloc.check=3",
                                               "LISTEN_FDS=5",           "LISTEN_PID=1",
                                               "NOTIFY_SOCKET=/x",       "BIG=" + std::string(100'000, 'x')};
        const Ran ran = runShell(connection, request.with("env", byteStrings(hostile)));
        EXPECT_EQ(ran.spawned.error, "") << ran.spawned.errorMessage;
        for (const std::string& entry : hostile) {
            EXPECT_NE(ran.output.find(entry + "\n"), std::string::npos) << entry.substr(0, 30);
        }
    });
}

TEST_F(Spawn, ServesEveryOptionOfTheInterface) {
    asUser(user_, [] {
        Connection connection;
        Pipe lifeline;
        SpawnRequest request = program({"/bin/sh", "-c", "echo $0; pwd; hostname; cat /made; ls -l /link"});
        request.mounting({"directory", {{"target", bytes("/work")}, {"mode", number(0750)}}})
            .mounting({"file", {{"target", bytes("/made")}, {"content", bytes("content\n")}, {"mode", number(0600)}}})
            .mounting({"symlink", {{"target", bytes("/link")}, {"source", bytes("made")}}})
            .mounting({"devpts", {{"target", bytes("/dev/pts")}}})
            .mounting({"remount-read-only", {{"target", bytes("/tmp")}}})
            .with("argv0", bytes("other-name"))
            .with("cwd", bytes("/work"))
            .with("description", text("a test"))
            .with("gid", number(5))
            .with("gid-map", idMap({{5, getgid(), 1}}))
            .with("hostname", text("inside"))
            .with("identity", text("mapped"))
            .with("lifeline", descriptor(lifeline.readEnd.get()))
            .with("lifetime", text("fd"))
            .with("namespaces", strings({"mount", "pid", "ipc", "uts", "cgroup", "time"}))
            .with("network", text("none"))
            .with("require", strings({}))
            .with("seccomp", text("default"))
            .with("seccomp-fds", descriptors({}))
            .with("start-timeout-usec", bigNumber(15'000'000))
            .with("uid", number(0))
            .with("uid-map", idMap({{0, getuid(), 1}}));
        const Ran ran = runShell(connection, request);
        ASSERT_EQ(ran.spawned.error, "") << ran.spawned.errorMessage;
        const std::vector<std::string> lines = linesOf(ran.output);
        ASSERT_EQ(lines.size(), 5U) << ran.output;
        EXPECT_EQ(lines[1], "/work");
        EXPECT_EQ(lines[2], "inside");
        EXPECT_EQ(lines[3], "content");
        EXPECT_NE(lines[4].find("/link -> made"), std::string::npos) << lines[4];
    });
}

TEST_F(Spawn, ArgvZeroIsWhatThePayloadSees) {
    asUser(user_, [] {
        Connection connection;
        const Ran ran = runShell(connection, program({"/bin/cat", "/proc/self/cmdline"}).with("argv0", bytes("other")));
        EXPECT_EQ(ran.output, std::string("other\0/proc/self/cmdline\0", 25));
    });
}

TEST_F(Spawn, OneFinalNulOfAByteStringIsStripped) {
    asUser(user_, [] {
        Connection connection;
        const std::string withNul("/work\0", 6);
        SpawnRequest request = program({"/bin/pwd"});
        request.mounting({"directory", {{"target", bytes(withNul)}}}).with("cwd", bytes(withNul));
        EXPECT_EQ(runShell(connection, request).output, "/work\n");
    });
}

TEST_F(Spawn, ACommandWithoutSlashIsSearchedInThePayloadsPath) {
    asUser(user_, [] {
        Connection connection;
        EXPECT_EQ(runShell(connection, program({"echo", "found"})).output, "found\n");
    });
}

TEST_F(Spawn, BytesThatAreNotUtf8Arrive) {
    asUser(user_, [] {
        Connection connection;
        const Ran ran = runShell(connection, program({"/usr/bin/printf", "%s", "\xff\xfe\x80"}));
        EXPECT_EQ(ran.output, "\xff\xfe\x80");
    });
}

} // namespace
} // namespace sandboxd::bus_tests
