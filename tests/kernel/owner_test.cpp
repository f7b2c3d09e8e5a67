// Who owns the sandbox's user namespace, and what its caller can do to it from outside.
#include "kernel_test.hpp"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

namespace sandboxd::kernel_test {

namespace {

using wire::IdentityKind;

constexpr std::uint64_t allCapabilities = (std::uint64_t{1} << 41U) - 1;

// Where the payload is in a user namespace of its own, with capabilities or without.
class OwnerTest : public KernelTest, public testing::WithParamInterface<IdentityKind> {
protected:
    static PlanBlock plan(const char* command, const char* argument = "0") {
        const bool isRoot = GetParam() == IdentityKind::namespaceRoot;
        return payloadPlan({command, argument}).as(GetParam(), isRoot ? allCapabilities : 0);
    }
};

std::string nameOf(const testing::TestParamInfo<IdentityKind>& info) {
    return info.param == IdentityKind::mapped ? "Mapped" : "NamespaceRoot";
}

INSTANTIATE_TEST_SUITE_P(Identities, OwnerTest, testing::Values(IdentityKind::mapped, IdentityKind::namespaceRoot),
                         nameOf);

struct Process {
    pid_t pid;
    uid_t realUid;
    uid_t effectiveUid;
    uid_t savedUid;
};

std::vector<Process> listProcesses() {
    std::vector<Process> processes;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
        std::ifstream status(entry.path() / "status");
        Process process{std::atoi(entry.path().filename().c_str()), 0, 0, 0};
        for (std::string line; std::getline(status, line);) {
            if (line.rfind("Uid:", 0) == 0) {
                std::istringstream(line.substr(4)) >> process.realUid >> process.effectiveUid >> process.savedUid;
                processes.push_back(process);
            }
        }
    }
    return processes;
}

std::vector<pid_t> processesOf(uid_t uid, pid_t except) {
    std::vector<pid_t> pids;
    for (const Process& process : listProcesses()) {
        if (process.pid > 0 && process.realUid == uid && process.pid != except && process.pid != ::getpid()) {
            pids.push_back(process.pid);
        }
    }
    return pids;
}

UniqueFd openNamespace(pid_t pid, const std::string& name) {
    const std::string path = "/proc/" + std::to_string(pid) + "/ns/" + name;
    return UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
}

UniqueFd parentOf(const UniqueFd& user) {
    return UniqueFd(::ioctl(user.get(), NS_GET_PARENT));
}

uid_t ownerOf(const UniqueFd& user) {
    uid_t owner = 0;
    EXPECT_EQ(::ioctl(user.get(), NS_GET_OWNER_UID, &owner), 0);
    return owner;
}

ino_t inodeOf(const UniqueFd& file) {
    struct stat info {};
    EXPECT_EQ(::fstat(file.get(), &info), 0);
    return info.st_ino;
}

bool canOpen(pid_t pid, const char* name) {
    const std::string path = "/proc/" + std::to_string(pid) + "/" + name;
    const int fd = ::open(path.c_str(), O_RDONLY);
    if (fd >= 0) {
        ::close(fd);
    }
    return fd >= 0;
}

// The files of a process that has ended open, and are empty: only a byte of its memory counts.
bool canRead(pid_t pid, const char* name) {
    const std::string path = "/proc/" + std::to_string(pid) + "/" + name;
    const int fd = ::open(path.c_str(), O_RDONLY);
    if (fd < 0) {
        return false;
    }
    char byte = 0;
    const ssize_t size = ::read(fd, &byte, 1);
    const bool faulted = size < 0 && errno == EIO; // mem, at an address that is not mapped
    ::close(fd);
    return size > 0 || faulted;
}

bool canTrace(pid_t pid) {
    if (::ptrace(PTRACE_SEIZE, pid, nullptr, nullptr) == 0) {
        return true;
    }
    char byte = 0;
    iovec local{&byte, 1};
    iovec remote{reinterpret_cast<void*>(0x400000), 1};
    if (::process_vm_readv(pid, &local, 1, &remote, 1, 0) >= 0 || errno == EFAULT) {
        return true;
    }
    const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
    const bool stolen = pidfd >= 0 && (::syscall(SYS_pidfd_getfd, pidfd, 0, 0) >= 0 || errno == EBADF);
    ::close(pidfd);
    return stolen;
}

// A digit for the first thing that worked, as an exit status.
int attack(pid_t pid) {
    int number = 1;
    for (const char* name : {"mem", "environ", "maps", "auxv"}) {
        if (canRead(pid, name)) {
            return number;
        }
        ++number;
    }
    for (const char* name : {"root", "fd/0", "ns/user", "ns/mnt"}) {
        if (canOpen(pid, name)) {
            return number;
        }
        ++number;
    }
    return canTrace(pid) ? number : 0;
}

constexpr int rounds = 200;

struct Watched {
    int seen = 0; // what the test is about was there
    int bad = 0;
};

// Does `look` in a process of its own, again and again until finish(). Processes that a test forks in between would
// hold it back, as they hold the other end of its pipe too.
class Watcher {
public:
    explicit Watcher(const std::function<void(Watched&)>& look) {
        int stop[2];
        int answer[2];
        EXPECT_EQ(::pipe2(stop, O_CLOEXEC | O_NONBLOCK), 0);
        EXPECT_EQ(::pipe2(answer, O_CLOEXEC), 0);
        pid_ = ::fork();
        if (pid_ == 0) {
            ::close(stop[1]);
            Watched watched;
            char byte = 0;
            while (::read(stop[0], &byte, 1) != 0) { // until the other end is closed
                look(watched);
            }
            static_cast<void>(!::write(answer[1], &watched, sizeof watched));
            ::_exit(0);
        }
        ::close(stop[0]);
        ::close(answer[1]);
        stop_.reset(stop[1]);
        answer_.reset(answer[0]);
    }

    Watched finish() {
        stop_.reset();
        Watched watched;
        EXPECT_EQ(::read(answer_.get(), &watched, sizeof watched), static_cast<ssize_t>(sizeof watched));
        ::waitpid(pid_, nullptr, 0);
        return watched;
    }

private:
    UniqueFd stop_;
    UniqueFd answer_;
    pid_t pid_ = -1;
};

// A sandbox that waits, and its two processes as seen from here.
struct Waiting {
    CallerProcess caller;
    SandboxClient client;

    explicit Waiting(const SpawnerProcess& spawner, PlanBlock plan) : client(spawner, caller) {
        client.launch(std::move(plan));
    }
    ~Waiting() {
        client.order(wire::OrderKind::end);
        client.awaitEnd();
    }
};

} // namespace

// By descriptors that it could not open itself, too.
TEST_P(OwnerTest, S01_TheCallerEntersNoNamespaceOfItsSandbox) {
    Waiting sandbox(spawner(), plan("wait"));
    ASSERT_EQ(sandbox.client.report().error, 0);
    const pid_t pid = sandbox.client.leaderPid();
    const UniqueFd user = openNamespace(pid, "user");
    const UniqueFd above = GetParam() == IdentityKind::mapped ? openNamespace(pid, "user") : parentOf(user);
    for (const int fd : {sandbox.client.leader(), user.get(), above.get()}) {
        EXPECT_EQ(runAsCaller([&] { return ::setns(fd, CLONE_NEWUSER) == 0 ? 1 : errno; }), EPERM);
    }
    for (const auto& [name, type] : {std::pair{"mnt", CLONE_NEWNS}, {"net", CLONE_NEWNET}, {"ipc", CLONE_NEWIPC}}) {
        const UniqueFd file = openNamespace(pid, name);
        EXPECT_EQ(runAsCaller([&, type = type] { return ::setns(file.get(), type) == 0 ? 1 : errno; }), EPERM) << name;
    }
    EXPECT_EQ(runAsCaller([&] { return canOpen(pid, "ns/user") ? 0 : errno; }), EACCES);
}

TEST_P(OwnerTest, S02_TheCallerCannotTraceOrReadAnyProcessOfItsSandbox) {
    Waiting sandbox(spawner(), plan("wait"));
    ASSERT_EQ(sandbox.client.report().error, 0);
    const std::vector<pid_t> pids = processesOf(callerUid, sandbox.caller.pid());
    ASSERT_GE(pids.size(), 2U); // init and payload
    for (const pid_t pid : pids) {
        EXPECT_EQ(runAsCaller([&] { return attack(pid); }), 0) << "process " << pid;
    }
}

TEST_P(OwnerTest, S02_TheCallerCannotTraceWhileTheSandboxIsBuilt) {
    const CallerProcess caller;
    Watcher attacker([&](Watched& watched) {
        for (const pid_t pid : processesOf(callerUid, caller.pid())) {
            watched.bad += runAsCaller([&] { return attack(pid); }) == 0 ? 0 : 1;
            ++watched.seen;
        }
    });
    for (int i = 0; i < rounds; ++i) {
        EXPECT_EQ(run(spawner(), caller, plan("exit")).report.error, 0);
    }
    const Watched watched = attacker.finish();
    EXPECT_EQ(watched.bad, 0);
    EXPECT_GT(watched.seen, rounds / 4) << "hardly any process was there to be attacked";
}

// The second one is made by the builder, as the caller: its owner has nothing but in the namespace above, where no
// process of the caller's is.
TEST_P(OwnerTest, S03_TheUserNamespaceBelowTheHostsIsOwnedByTheReservedUid) {
    Waiting sandbox(spawner(), plan("wait"));
    ASSERT_EQ(sandbox.client.report().error, 0);
    UniqueFd user = openNamespace(sandbox.client.leaderPid(), "user");
    if (GetParam() == IdentityKind::namespaceRoot) {
        EXPECT_EQ(ownerOf(user), callerUid);
        user = parentOf(user);
    }
    EXPECT_EQ(ownerOf(user), firstOwner + 7);
    EXPECT_EQ(inodeOf(parentOf(user)), inodeOf(openNamespace(::getpid(), "user")));
}

TEST_P(OwnerTest, S04_NoProcessRunsAsTheOwner) {
    Waiting sandbox(spawner(), plan("wait"));
    ASSERT_EQ(sandbox.client.report().error, 0);
    const std::vector<Process> processes = listProcesses();
    ASSERT_FALSE(processes.empty());
    for (const Process& process : processes) {
        EXPECT_NE(process.realUid, firstOwner + 7) << process.pid;
        EXPECT_NE(process.effectiveUid, firstOwner + 7) << process.pid;
        EXPECT_NE(process.savedUid, firstOwner + 7) << process.pid;
    }
}

// Who has a uid as real or saved one can be signalled by every process of that uid.
TEST_P(OwnerTest, S04_TheOwnerIsNeverMoreThanAnEffectiveUidWhileTheSandboxIsBuilt) {
    const CallerProcess caller;
    Watcher watcher([](Watched& watched) {
        for (const Process& process : listProcesses()) {
            watched.seen += process.effectiveUid == firstOwner + 7 ? 1 : 0;
            watched.bad += process.realUid == firstOwner + 7 || process.savedUid == firstOwner + 7 ? 1 : 0;
        }
    });
    for (int i = 0; i < rounds; ++i) {
        EXPECT_EQ(run(spawner(), caller, plan("exit")).report.error, 0);
    }
    const Watched watched = watcher.finish();
    EXPECT_EQ(watched.bad, 0);
    EXPECT_GT(watched.seen, 0) << "the clone was never seen";
}

} // namespace sandboxd::kernel_test
