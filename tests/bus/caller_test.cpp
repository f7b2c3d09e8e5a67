// Who may ask: callers that are root, privileged, confined, or not what they were when they connected.
#include "bus_test.hpp"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

namespace sandboxd::bus_tests {
namespace {

class BadCaller : public RefusalTest {
protected:
    // `prepare` changes the calling process; then it asks, and the refusal's message must hold one of `mentions`.
    static void ask(const std::function<void()>& prepare, const std::string& error, const std::string& mentions) {
        prepare();
        Connection connection;
        const Spawned spawned = connection.spawn(program({"/bin/true"}));
        EXPECT_EQ(spawned.error, error) << spawned.errorMessage;
        EXPECT_NE(spawned.errorMessage.find(mentions), std::string::npos) << spawned.errorMessage;
    }
};

void mustWork(int result, const char* what) {
    must(result < 0 ? -errno : result, what);
}

TEST_F(BadCaller, RootIsRefusedByName) {
    UserProcess::unchanged([] { ask([] {}, "AccessDenied", "uid 0"); }).finish();
}

TEST_F(BadCaller, S60_InAnotherUserNamespaceIsRefused) {
    asUser(user_, [] { ask([] { mustWork(unshare(CLONE_NEWUSER), "unshare"); }, "CallerConfined", ""); });
}

TEST_F(BadCaller, S60_InAnotherMountNamespaceIsRefused) {
    UserProcess::unchanged([this] {
        mustWork(unshare(CLONE_NEWNS), "unshare");
        becomeUser(user_);
        ask([] {}, "CallerConfined", "mount namespace");
    }).finish();
}

TEST_F(BadCaller, S60_InAnotherPidNamespaceIsRefused) {
    UserProcess::unchanged([this] {
        mustWork(unshare(CLONE_NEWPID), "unshare");
        const pid_t child = fork();
        if (child == 0) {
            becomeUser(user_);
            ask([] {}, "CallerConfined", "pid namespace");
            _exit(HasFailure() ? 1 : 0);
        }
        int status = -1;
        waitpid(child, &status, 0);
        EXPECT_EQ(status, 0);
    }).finish();
}

TEST_F(BadCaller, S60_InAChrootIsRefused) {
    UserProcess::unchanged([this] {
        const std::string root = "/home/bus-test-root";
        mkdir(root.c_str(), 0755);
        mustWork(unshare(CLONE_NEWNS), "unshare"); // for the bind alone: the bus stays reachable in there
        mustWork(mount("/", root.c_str(), nullptr, MS_BIND | MS_REC, nullptr), "bind");
        const UniqueFd before(open("/proc/1/ns/mnt", O_RDONLY | O_CLOEXEC));
        mustWork(chroot(root.c_str()), "chroot");
        mustWork(chdir("/"), "chdir");
        becomeUser(user_);
        ask([] {}, "CallerConfined", "");
    }).finish();
    std::filesystem::remove("/home/bus-test-root");
}

TEST_F(BadCaller, S62_WithNoNewPrivilegesIsRefused) {
    asUser(user_, [] {
        ask([] { mustWork(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs"); }, "CallerConfined", "no_new_privs");
    });
}

TEST_F(BadCaller, S62_WithASystemCallFilterIsRefused) {
    UserProcess::unchanged([this] {
        becomeUser(user_);
        ask(
            [] {
                sock_filter allowAll{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW};
                const sock_fprog filter{1, &allowAll};
                mustWork(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs");
                mustWork(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter), "filter");
            },
            "CallerConfined", "seccomp");
    }).finish();
}

TEST_F(BadCaller, S52_ThatIsNotDumpableIsRefused) {
    asUser(user_, [] { ask([] { mustWork(prctl(PR_SET_DUMPABLE, 0), "dumpable"); }, "CallerConfined", ""); });
}

TEST_F(BadCaller, S52_ThatBecameAnotherUserAfterConnectingIsRefused) {
    const User other = freshUser();
    UserProcess::unchanged([&] {
        mustWork(setresgid(user_.gid, user_.gid, user_.gid), "setresgid");
        mustWork(setresuid(user_.uid, user_.uid, 0), "setresuid"); // connects as one user, keeps a way to another
        Connection connection;
        mustWork(setresuid(0, 0, 0), "back to root");
        becomeUser(other);
        const Spawned spawned = connection.spawn(program({"/bin/true"}));
        EXPECT_EQ(spawned.error, "CallerConfined") << spawned.errorMessage;
    }).finish();
}

TEST_F(BadCaller, S52_ThatEndsBeforeTheCheckGetsNothing) {
    asUser(user_, [] {
        Connection connection;
        for (int round = 0; round < 10; ++round) {
            UserProcess::unchanged([] {
                Connection own;
                own.sendSpawn(program({"/bin/sleep", "1000"}));
                must(sd_bus_flush(own.raw()), "flush");
                raise(SIGKILL);
            }).kill();
        }
    });
}

TEST_F(BadCaller, S52_ThatExecutesASetuidProgramIsNeverServedAsRoot) {
    const std::string path = "/home/bus-test-setuid";
    std::filesystem::copy_file("/bin/sleep", path, std::filesystem::copy_options::overwrite_existing);
    mustWork(chmod(path.c_str(), 04755), "chmod");
    Line sent;
    UserProcess asker(user_, [&] {
        Connection connection;
        connection.sendSpawn(shell("id -u > /proc/self/fd/1; exec sleep 1000"));
        must(sd_bus_flush(connection.raw()), "flush");
        const int socket = sd_bus_get_fd(connection.raw());
        fcntl(socket, F_SETFD, 0); // the connection lives on in the setuid program
        sent.say();
        execl(path.c_str(), path.c_str(), "1000", nullptr);
    });
    EXPECT_EQ(sent.hear(), "go");
    asker.kill(); // whichever way it went, nothing stays and nothing runs as root: see TearDown
    std::filesystem::remove(path);
}

TEST(Caller, InItsOwnNetworkNamespaceKeepsIt) {
    const User user = freshUser();
    UserProcess::unchanged([&] {
        mustWork(unshare(CLONE_NEWNET), "unshare");
        becomeUser(user);
        Connection connection;
        const Ran ran =
            runShell(connection, program({"/bin/readlink", "/proc/self/ns/net"}).with("network", text("host")));
        EXPECT_EQ(ran.output, std::filesystem::read_symlink("/proc/self/ns/net").string() + "\n")
            << ran.spawned.errorMessage;
    }).finish();
}

} // namespace
} // namespace sandboxd::bus_tests
