// A connection outlives the process that made it: what a process gets that holds another's connection, also when a
// third one has the pid of the dead by then.
#include "bus_test.hpp"
#include "raw_connection.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ctime>
#include <fstream>

namespace sandboxd::bus_tests {
namespace {

// Does what a request does when nothing is wrong with it.
std::string spawnOver(RawConnection& connection) {
    const UniqueFd devNull(open("/dev/null", O_RDWR | O_CLOEXEC));
    return shortError(connection.spawnWithIndex(0, {devNull.get()}));
}

// A connection whose maker is dead, held by a child of it that asks when told to.
class InheritedConnection {
public:
    explicit InheritedConnection(const User& user) {
        UserProcess maker(user, [this] {
            RawConnection connection;
            if (fork() == 0) {
                holder(connection);
            }
        });
        maker_ = maker.pid();
        maker.finish();
    }

    [[nodiscard]] pid_t maker() const noexcept { return maker_; }
    // The error's name, "" if a sandbox was started.
    [[nodiscard]] std::string ask() const {
        ask_.say();
        return answer_.hear().substr(1);
    }

private:
    [[noreturn]] void holder(RawConnection& connection) const {
        std::string answer;
        try {
            (void)ask_.hear();
            answer = spawnOver(connection);
        } catch (const std::exception& error) {
            answer = error.what();
        }
        answer_.say("=" + answer); // never empty
        _exit(0);
    }

    Line ask_;
    Line answer_;
    pid_t maker_ = -1;
};

// In clock ticks since boot, as /proc/PID/stat counts.
std::uint64_t nowTicks() {
    timespec now{};
    clock_gettime(CLOCK_BOOTTIME, &now);
    const auto perSecond = static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK));
    return static_cast<std::uint64_t>(now.tv_sec) * perSecond +
           static_cast<std::uint64_t>(now.tv_nsec) / (1'000'000'000 / perSecond);
}

// The broker has read everything that the bus told it before this call.
void awaitBroker(const User& user) {
    asUser(user, [] {
        Connection connection;
        EXPECT_NE(connection.textProperty(Connection::managerPath, Connection::managerInterface, "Version"), "");
    });
}

// A living process of the user, with that pid and started after that tick. Others take pids meanwhile, so it may need
// several attempts; each starts later than the one before.
std::unique_ptr<UserProcess> recycle(pid_t pid, std::uint64_t after, const User& user) {
    while (true) {
        std::ofstream("/proc/sys/kernel/ns_last_pid") << pid - 1 << std::flush;
        auto process = std::make_unique<UserProcess>(user, [] { pause(); });
        if (process->pid() == pid && startTime(pid) > after) {
            return process;
        }
        process->kill();
    }
}

class CallerProof : public RefusalTest {};

TEST_F(CallerProof, S53_AConnectionWhoseMakerIsDeadGetsNothing) {
    const InheritedConnection connection(user_);
    EXPECT_EQ(connection.ask(), "AccessDenied: caller: its process has ended");
}

TEST_F(CallerProof, S54_ARecycledPidDoesNotMakeAProcessTheCaller) {
    const InheritedConnection connection(user_);
    awaitBroker(user_);
    const auto stranger = recycle(connection.maker(), nowTicks(), user_);
    LogTail log;
    EXPECT_EQ(connection.ask(), "AccessDenied: caller: its process started after its connection was made");
    log.awaitLine({"CALLER_UID=" + std::to_string(user_.uid), "started after its connection"});
    stranger->kill();
}

TEST(Caller, WhoseConnectionIsOlderThanTheBrokerIsServed) {
    const User user = freshUser();
    Line connected;
    Line restarted;
    UserProcess asker(user, [&] {
        Connection connection;
        connected.say();
        EXPECT_EQ(restarted.hear(), "go");
        const Spawned spawned = connection.spawn(program({"/bin/true"}));
        EXPECT_EQ(spawned.error, "") << spawned.errorMessage;
    });
    EXPECT_EQ(connected.hear(), "go");
    killAndAwaitSuccessor("broker");
    restarted.say();
}

TEST_F(CallerProof, S54_AProcessYoungerThanTheBrokerIsNoCallerOverAnOlderConnection) {
    const InheritedConnection connection(user_);
    killAndAwaitSuccessor("broker");
    daemonsChange();
    awaitBroker(user_);
    warmUp(); // so that descriptors can be compared
    const auto stranger = recycle(connection.maker(), nowTicks(), user_);
    EXPECT_EQ(connection.ask(), "AccessDenied: caller: its process started after its connection was made");
    stranger->kill();
}

} // namespace
} // namespace sandboxd::bus_tests
