// Who may ask: callers that are root, privileged or confined.
#include "bus_test.hpp"

#include <grp.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

namespace sandboxd::bus_tests {
namespace {

class BadCaller : public RefusalTest {
protected:
    // `prepare` changes the calling process; then it asks, and the refusal's message must hold `mentions`.
    static void ask(const std::function<void()>& prepare, const std::string& error, const std::string& mentions) {
        prepare();
        Connection connection;
        expectRefused(connection, error, mentions);
    }

    static void expectRefused(Connection& connection, const std::string& error, const std::string& mentions) {
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
    asUser(user_, [] { ask([] { mustWork(unshare(CLONE_NEWUSER), "unshare"); }, "CallerConfined", "user namespace"); });
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

// In the mount namespace of all others: only its root tells.
TEST_F(BadCaller, S60_InAChrootIsRefused) {
    UserProcess::unchanged([this] {
        mustWork(setgroups(1, &user_.gid), "setgroups");
        mustWork(setresgid(user_.gid, user_.gid, user_.gid), "setresgid");
        mustWork(setresuid(user_.uid, user_.uid, 0), "setresuid");
        Connection connection; // the bus cannot be reached from in there
        mustWork(setresuid(0, 0, 0), "back to root");
        mustWork(chroot("/usr"), "chroot");
        mustWork(chdir("/"), "chdir");
        becomeUser(user_);
        expectRefused(connection, "CallerConfined", "its root directory is not the system's");
    }).finish();
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
    asUser(user_,
           [] { ask([] { mustWork(prctl(PR_SET_DUMPABLE, 0), "dumpable"); }, "CallerConfined", "not dumpable"); });
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
