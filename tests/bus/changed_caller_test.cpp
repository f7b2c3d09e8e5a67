// Callers that are no longer what they were when they connected: other ids, another program, or gone.
#include "bus_test.hpp"
#include "polkit_gate.hpp"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

namespace sandboxd::bus_tests {
namespace {

void mustWork(int result, const char* what) {
    must(result < 0 ? -errno : result, what);
}

// Connects as a user, and is root again afterwards if it wants to: `change` then runs.
void connectThen(const User& user, const std::function<void(Connection&)>& change) {
    mustWork(setresgid(user.gid, user.gid, user.gid), "setresgid");
    mustWork(setresuid(user.uid, user.uid, 0), "setresuid");
    Connection connection;
    mustWork(setresuid(0, 0, 0), "back to root");
    change(connection);
}

class ChangedCaller : public BusTest {};

TEST_F(ChangedCaller, S52_ThatBecameAnotherUserIsRefused) {
    nothingStarts();
    const User other = freshUser();
    UserProcess::unchanged([&] {
        connectThen(user_, [&](Connection& connection) {
            becomeUser(other);
            const Spawned spawned = connection.spawn(program({"/bin/true"}));
            EXPECT_EQ(spawned.error, "CallerConfined");
            EXPECT_NE(spawned.errorMessage.find("its ids are not its connection's"), std::string::npos)
                << spawned.errorMessage;
        });
    }).finish();
}

// The bus daemon may tell of the end at any step of the setup.
TEST_F(ChangedCaller, S52_ThatEndsBeforeTheCheckGetsNothing) {
    const pid_t broker = daemonPid("broker");
    for (int round = 0; round < 200; ++round) {
        Line sent;
        UserProcess client(user_, [&] {
            Connection own;
            own.sendSpawn(program({"/bin/sleep", "1000"}));
            sent.say();
            pause();
        });
        EXPECT_EQ(sent.hear(), "go");
        client.kill();
    }
    EXPECT_EQ(daemonPid("broker"), broker) << "the broker did not survive it";
}

// A connection of one process that others speak on: whoever called connect() is the peer for the bus daemon. On a word
// it executes a setuid program.
class Peer {
public:
    // `prepare` changes the process while it is root.
    explicit Peer(
        const User& user, const std::function<void()>& prepare = [] {})
        : path_("/home/bus-test-setuid-" + user.name), socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)),
          process_(UserProcess::unchanged([&] { live(user, prepare); })) {
        executing_.writeEnd.reset();
        EXPECT_EQ(connected_.hear(), "go");
    }
    ~Peer() {
        process_.kill();
        std::filesystem::remove(path_);
    }
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;

    // Returns when the program runs with root's effective uid.
    void executeSetuidProgram(const User& user) {
        std::filesystem::copy_file("/bin/sleep", path_);
        mustWork(chmod(path_.c_str(), 04755), "chmod");
        execute_.say();
        executing_.read(); // closed by exec
        const std::string uid = std::to_string(user.uid);
        ASSERT_EQ(statusField(process_.pid(), "Uid"), uid + "\t0\t0\t0") << "not a setuid program";
    }

    // For the process that speaks.
    Connection connection() { return Connection(std::move(socket_)); }

private:
    void live(const User& user, const std::function<void()>& prepare) {
        prepare();
        becomeUser(user);
        connectToBus(socket_.get());
        connected_.say();
        EXPECT_EQ(execute_.hear(), "go");
        execl(path_.c_str(), path_.c_str(), "1000", nullptr);
    }

    std::string path_;
    UniqueFd socket_;
    Line connected_;
    Line execute_;
    Pipe executing_;
    UserProcess process_; // last: it uses the others
};

TEST_F(ChangedCaller, S52_ThatExecutedASetuidProgramIsRefused) {
    nothingStarts();
    Peer peer(user_);
    peer.executeSetuidProgram(user_);
    asUser(user_, [&] {
        Connection connection = peer.connection();
        const Spawned spawned = connection.spawn(program({"/bin/true"}));
        EXPECT_EQ(spawned.error, "CallerConfined");
        EXPECT_NE(spawned.errorMessage.find("its ids are not its connection's"), std::string::npos)
            << spawned.errorMessage;
    });
}

// Unlike no_new_privs it lets setuid programs have their ids.
void filterCalls() {
    sock_filter allowAll{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW};
    const sock_fprog filter{1, &allowAll};
    mustWork(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter), "filter");
}

// Confined, so that one question is certain to come after the probe has looked.
TEST_F(ChangedCaller, S52_ThatExecutesASetuidProgramDuringTheCheckIsServedAsItConnected) {
    PolkitGate gate(user_.name, "spawn-confined-caller");
    const Rules rules(answerOf("spawn-confined-caller", user_.name, "YES")); // behind the gate
    Peer peer(user_, filterCalls);
    UserProcess speaker(user_, [&] {
        Connection connection = peer.connection();
        const Ran ran = runShell(connection, shell("grep -E '^(Uid|Gid|CapEff):' /proc/self/status"));
        const std::string uid = "\t" + std::to_string(user_.uid);
        const std::string gid = "\t" + std::to_string(user_.gid);
        EXPECT_EQ(ran.spawned.error, "") << ran.spawned.errorMessage;
        EXPECT_EQ(ran.output,
                  "Uid:" + uid + uid + uid + uid + "\nGid:" + gid + gid + gid + gid + "\nCapEff:\t0000000000000000\n");
    });
    gate.awaitArrival();
    peer.executeSetuidProgram(user_);
    gate.open();
    speaker.finish();
}

TEST_F(ChangedCaller, S52_ThatIsGoneBeforeItsRequestIsReadGetsNothing) {
    nothingStarts();
    UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    asUser(user_, [&] { connectToBus(socket.get()); }); // connects and ends
    asUser(user_, [&] {
        Connection connection(std::move(socket));
        const Spawned spawned = connection.spawn(program({"/bin/true"}));
        EXPECT_EQ(spawned.error, "AccessDenied");
        EXPECT_EQ(spawned.errorMessage, "caller: its process has ended");
    });
}

} // namespace
} // namespace sandboxd::bus_tests
