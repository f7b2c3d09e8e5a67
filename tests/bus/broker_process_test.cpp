// The broker as the kernel sees it: who it is, what it may do, what it holds of callers.
#include "bus_test.hpp"

#include <pwd.h>

#include <filesystem>

namespace sandboxd::bus_tests {
namespace {

class Broker : public BusTest {};

TEST_F(Broker, RunsAsUserSandboxdWithoutACapability) {
    const pid_t broker = daemonPid("broker");
    const passwd* account = getpwnam("sandboxd");
    ASSERT_NE(account, nullptr);
    const std::string uid = std::to_string(account->pw_uid);
    EXPECT_EQ(statusField(broker, "Uid"), uid + "\t" + uid + "\t" + uid + "\t" + uid);
    for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"}) {
        EXPECT_EQ(statusField(broker, set), "0000000000000000") << set;
    }
    EXPECT_EQ(statusField(broker, "NoNewPrivs"), "1");
}

// What is allowed: its own sockets, event and timer descriptors, memory, pidfds, its log.
bool ofItsOwn(const std::string& target) {
    for (const char* prefix : {"socket:[", "anon_inode:", "/memfd:", "/dev/null", "pipe:["}) {
        if (target.rfind(prefix, 0) == 0) {
            return true;
        }
    }
    return target == LogTail::path();
}

std::vector<std::string> ofCallers() {
    std::vector<std::string> targets = descriptorsOf(daemonPid("broker"));
    std::erase_if(targets, ofItsOwn);
    return targets;
}

// What came with a request is put away by another process, which may end after the answer.
void expectNothingOfCallers() {
    EXPECT_TRUE(eventually([] { return ofCallers().empty(); })) << "the broker holds " << ofCallers().front();
}

TEST_F(Broker, HoldsNoNamespaceRootOrDirectoryOfACaller) {
    Line started;
    Line end;
    UserProcess owner(user_, [&] {
        Connection connection;
        Pipe lifeline;
        SpawnRequest request = program({"/bin/sleep", "1000"});
        request.mounting(bindWritable(user_.home, "/data"))
            .with("cwd", bytes("/data"))
            .with("lifetime", text("fd"))
            .with("lifeline", descriptor(lifeline.readEnd.get()));
        EXPECT_EQ(connection.spawn(request).error, "");
        started.say();
        EXPECT_EQ(end.hear(), "go");
    });
    EXPECT_EQ(started.hear(), "go");
    expectNothingOfCallers();
    end.say();
}

TEST_F(Broker, S39_HoldsNoDescriptorOfARequestOnceItIsAnswered) {
    const std::string path = user_.home + "/given";
    asUser(user_, [&] {
        Connection connection;
        FILE* file = fopen(path.c_str(), "w");
        ASSERT_NE(file, nullptr);
        const Spawned spawned = connection.spawn(program({"/bin/true"}).giving(5, fileno(file)));
        EXPECT_EQ(spawned.error, "") << spawned.errorMessage;
        EXPECT_EQ(connection.spawn(program({"/no/such"}).giving(5, fileno(file))).error, "ExecFailed");
        connection.signalsSoFar();
    });
    expectNothingOfCallers();
}

TEST_F(Broker, RefusesToRunAsRoot) {
    const Outcome outcome = [] {
        User root;
        root.name = "root";
        root.home = "/";
        return runAs(root, {built("daemon/sandboxd")});
    }();
    EXPECT_NE(outcome.status, 0);
    EXPECT_EQ(linesOf(outcome.errors).size(), 1U) << outcome.errors;
}

} // namespace
} // namespace sandboxd::bus_tests
