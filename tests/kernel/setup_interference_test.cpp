// The caller may signal and limit every process of its uid, also while its sandbox is built: a request then fails
// cleanly, or gives a sandbox that is confined like any other.
#include "kernel_test.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>

namespace sandboxd::kernel_test {

namespace {

using SetupInterferenceTest = KernelTest;

constexpr int kinds = 5;
constexpr int rounds = 40 * kinds;

bool isCallersProcess(const std::filesystem::path& directory) {
    std::ifstream status(directory / "status");
    const std::string wanted = "Uid:\t" + std::to_string(callerUid);
    for (std::string line; std::getline(status, line);) {
        if (line.rfind(wanted, 0) == 0) {
            return true;
        }
    }
    return false;
}

// Disturbs all of the caller's processes but `spared`, as the caller, until it is killed.
[[noreturn]] void disturb(pid_t spared, int round) {
    static_cast<void>(runAsCaller([&] {
        const int self = ::getpid();
        for (;;) {
            std::error_code error;
            for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
                const int pid = std::atoi(entry.path().filename().c_str());
                if (pid <= 1 || pid == self || pid == spared || !isCallersProcess(entry.path())) {
                    continue;
                }
                const rlimit files{3, 3};
                const rlimit none{0, 0};
                const rlimit second{1, 1};
                switch (round % kinds) {
                case 0:
                    ::kill(pid, SIGKILL);
                    break;
                case 1:
                    ::kill(pid, SIGSTOP);
                    break;
                case 2:
                    ::prlimit(pid, RLIMIT_NOFILE, &files, nullptr);
                    break;
                case 3:
                    ::prlimit(pid, RLIMIT_CPU, &second, nullptr);
                    break;
                default:
                    ::prlimit(pid, RLIMIT_FSIZE, &none, nullptr);
                }
            }
        }
        return 0;
    }));
    ::_exit(0);
}

class Disturber {
public:
    Disturber(pid_t spared, int round) : pid_(::fork()) {
        if (pid_ == 0) {
            ::setpgid(0, 0);
            disturb(spared, round);
        }
        ::setpgid(pid_, pid_);
    }
    ~Disturber() {
        ::kill(-pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    Disturber(const Disturber&) = delete;
    Disturber& operator=(const Disturber&) = delete;

private:
    pid_t pid_;
};

const std::string confined = "CapEff:\t0000000000000000\nCapBnd:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\n";

} // namespace

TEST_F(SetupInterferenceTest, S49_AnyDisturbanceFailsCleanlyOrChangesNothing) {
    int finished = 0;
    int failed = 0;
    for (int round = 0; round < rounds; ++round) {
        const CallerProcess caller;
        std::optional<Disturber> disturber;
        disturber.emplace(caller.pid(), round);
        PlanBlock plan = ordinaryPlan();
        plan.header.setupTimeoutUsec = 300'000; // a stopped init has to be given up
        plan.run({"grep", "-E", "^(CapEff|CapBnd|NoNewPrivs|Seccomp:)", "/proc/self/status"});
        SandboxClient client(spawner(), requestFor(caller), {caller.pidfd()});
        if (client.facts().error != 0) {
            ++failed; // the probe was killed
            continue;
        }
        int output[2];
        ASSERT_EQ(::pipe2(output, O_CLOEXEC), 0);
        const UniqueFd reader(output[0]);
        UniqueFd writer(output[1]);
        plan.fds = {{1, 0}};
        client.launch(plan, {writer.get()});
        writer.reset();
        if (client.report().error != 0) {
            EXPECT_TRUE(reachesEnd(client.control()));
            ++failed;
            continue;
        }
        disturber.reset();
        client.order(wire::OrderKind::signalLeader, SIGCONT); // in case it was stopped
        char text[512];
        const ssize_t size = ::read(reader.get(), text, sizeof text);
        if (size > 0) {
            EXPECT_EQ(std::string(text, static_cast<std::size_t>(size)), confined);
            ++finished;
        }
        client.order(wire::OrderKind::end);
        EXPECT_TRUE(client.awaitEnd().has_value());
    }
    EXPECT_GT(finished, 0);
    EXPECT_GT(failed, 0) << "never disturbed";
}

} // namespace sandboxd::kernel_test
