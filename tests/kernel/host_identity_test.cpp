// A payload with the caller's ids in no user namespace of its own. What its filter refuses is shown by tests/bus: the
// plans' filter here allows every call.
#include "kernel_test.hpp"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

namespace sandboxd::kernel_test {

namespace {

class HostIdentityTest : public KernelTest {
protected:
    static PlanBlock asHost(PlanBlock plan) { return plan.as(wire::IdentityKind::host); }
};

std::string namespaceOf(const std::string& process, const std::string& name) {
    std::error_code error;
    return std::filesystem::read_symlink("/proc/" + process + "/ns/" + name, error).string();
}

// A payload that waits.
struct Waiting {
    CallerProcess caller;
    SandboxClient client;

    explicit Waiting(const SpawnerProcess& spawner, PlanBlock plan, const std::vector<int>& fds = {})
        : client(spawner, caller) {
        client.launch(std::move(plan), fds);
    }
    ~Waiting() {
        client.order(wire::OrderKind::end);
        client.awaitEnd();
    }
    [[nodiscard]] std::string path(const char* name) const {
        return "/proc/" + std::to_string(client.leaderPid()) + "/" + name;
    }
};

} // namespace

TEST_F(HostIdentityTest, S03_ItsUserNamespaceIsTheHostsAndItsOthersAreNot) {
    Waiting sandbox(spawner(), asHost(payloadPlan({"wait"})));
    ASSERT_EQ(sandbox.client.report().error, 0);
    const std::string payload = std::to_string(sandbox.client.leaderPid());
    EXPECT_EQ(namespaceOf(payload, "user"), namespaceOf("self", "user"));
    for (const char* name : {"mnt", "pid", "ipc", "uts", "net"}) {
        EXPECT_NE(namespaceOf(payload, name), namespaceOf("self", name)) << name;
    }
}

TEST_F(HostIdentityTest, S03_ItsOtherNamespacesBelongToTheReservedUid) {
    Waiting sandbox(spawner(), asHost(payloadPlan({"wait"})));
    for (const char* name : {"ns/mnt", "ns/pid", "ns/net", "ns/ipc", "ns/uts"}) {
        const UniqueFd file(::open(sandbox.path(name).c_str(), O_RDONLY | O_CLOEXEC));
        const UniqueFd user(::ioctl(file.get(), NS_GET_USERNS));
        uid_t owner = 0;
        EXPECT_EQ(::ioctl(user.get(), NS_GET_OWNER_UID, &owner), 0) << name;
        EXPECT_EQ(owner, firstOwner + 7) << name;
    }
}

TEST_F(HostIdentityTest, S01_TheCallerGainsNothingByItsUserNamespaceAndEntersNoOther) {
    Waiting sandbox(spawner(), asHost(payloadPlan({"wait"})));
    const auto enter = [&](const char* name, int type) {
        return runAsCaller([&] {
            const int fd = ::open(sandbox.path(name).c_str(), O_RDONLY);
            return ::setns(fd, type) == 0 ? 0 : errno;
        });
    };
    EXPECT_EQ(enter("ns/user", CLONE_NEWUSER), EINVAL); // it is in there
    EXPECT_EQ(enter("ns/mnt", CLONE_NEWNS), EPERM);
    EXPECT_EQ(enter("ns/net", CLONE_NEWNET), EPERM);
    EXPECT_EQ(enter("ns/pid", CLONE_NEWPID), EPERM);
}

// Once the program runs, its caller may debug it as it may any program of its own; till then it may not.
TEST_F(HostIdentityTest, S02_ItIsItsCallersToDebugOnlyOnceItsProgramRuns) {
    int go[2];
    ASSERT_EQ(::pipe2(go, O_CLOEXEC), 0);
    const UniqueFd reader(go[0]);
    const UniqueFd writer(go[1]);
    PlanBlock plan = asHost(payloadPlan({"wait"}));
    plan.header.block = 0;
    Waiting sandbox(spawner(), plan, {reader.get()});
    ASSERT_EQ(sandbox.client.report().error, 0);
    for (const char* file : {"mem", "environ", "root", "fd/0", "ns/mnt"}) {
        const std::string path = sandbox.path(file);
        EXPECT_EQ(runAsCaller([&] { return ::open(path.c_str(), O_RDONLY) < 0 ? errno : 0; }), EACCES) << file;
    }
}

// Where the caller's own /proc is bound no filter stands between: the calls are open(2) and read(2).
TEST_F(HostIdentityTest, S02_ABoundProcLeadsIntoNoOtherProcessOfTheUser) {
    const CallerProcess caller({}, [] { ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0); });
    const std::string process = "/proc/" + std::to_string(caller.pid());
    const std::string environment = process + "/environ";
    ASSERT_EQ(runAsCaller([&] { return ::open(environment.c_str(), O_RDONLY) < 0 ? errno : 0; }), 0);
    PlanBlock plan = asHost(ordinaryPlan());
    plan.add({wire::MountKind::bind, "/host", "/proc", wire::mountRecursive | wire::mountReadOnly});
    plan.run({"sh", "-c",
              "cd /host/" + std::to_string(caller.pid()) +
                  " && for file in mem environ maps auxv; do (: < $file) 2>/dev/null && echo $file; done; "
                  "for directory in root cwd; do ls $directory/ >/dev/null 2>&1 && echo $directory; done; "
                  "readlink ns/user exe fd/0; echo tried"});
    EXPECT_EQ(run(spawner(), caller, plan).output, "tried\n");
}

TEST_F(HostIdentityTest, LinksAndRenamesBetweenDirectoriesWorkAsEver) {
    PlanBlock plan = asHost(ordinaryPlan());
    plan.run({"sh", "-c", "mkdir /tmp/a /tmp/b && echo text > /tmp/a/x && ln /tmp/a/x /tmp/b/x && cat /tmp/b/x"});
    EXPECT_EQ(run(spawner(), plan).output, "text\n");
}

TEST_F(HostIdentityTest, IdsAreThoseOfTheHost) {
    PlanBlock plan = asHost(ordinaryPlan());
    plan.run({"sh", "-c", "tr -s ' ' < /proc/self/uid_map; stat -c %u /usr; id -u; id -G"});
    const std::string uid = std::to_string(callerUid);
    EXPECT_EQ(run(spawner(), plan).output,
              " 0 0 4294967295\n0\n" + uid + "\n" + std::to_string(callerGid) + " " + std::to_string(extraGid) + "\n");
}

TEST_F(HostIdentityTest, ItSeesNoProcessButThoseOfItsSandbox) {
    PlanBlock plan = asHost(ordinaryPlan());
    plan.run({"sh", "-c", "set -- /proc/[0-9]*; echo $#"});
    EXPECT_EQ(run(spawner(), plan).output, "2\n");
}

TEST_F(HostIdentityTest, SupplementaryGroupsCannotBeChanged) {
    PlanBlock plan = asHost(ordinaryPlan());
    plan.run({"sh", "-c", "setpriv --clear-groups true 2>/dev/null || echo refused"});
    EXPECT_EQ(run(spawner(), plan).output, "refused\n");
}

} // namespace sandboxd::kernel_test
