// What a sandbox's mounts do to the host's: nothing while it runs, and nothing afterwards; and how many there can be.
#include "kernel_test.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>

namespace sandboxd::kernel_test {

namespace {

using wire::MountKind;

std::string mountTable() {
    std::ifstream file("/proc/self/mountinfo");
    return {std::istreambuf_iterator<char>(file), {}};
}

// A file system of the host's that tells when its last mount is gone.
class HostMount {
public:
    explicit HostMount(std::string directory) : directory_(std::move(directory)) {
        EXPECT_EQ(::mount("none", directory_.c_str(), "tmpfs", 0, "mode=0777"), 0);
        EXPECT_GE(::inotify_add_watch(watch_.get(), directory_.c_str(), IN_UNMOUNT), 0);
    }
    ~HostMount() { ::umount2(directory_.c_str(), MNT_DETACH); }
    HostMount(const HostMount&) = delete;
    HostMount& operator=(const HostMount&) = delete;

    [[nodiscard]] const std::string& directory() const { return directory_; }
    [[nodiscard]] bool unmount() const { return ::umount2(directory_.c_str(), 0) == 0; }
    [[nodiscard]] bool isGone(int milliseconds) const {
        pollfd entry{watch_.get(), POLLIN, 0};
        return ::poll(&entry, 1, milliseconds) == 1;
    }

private:
    std::string directory_;
    UniqueFd watch_{::inotify_init1(IN_CLOEXEC)};
};

class MountLifetimeTest : public KernelTest {
protected:
    // A sandbox that stays until its client is ended.
    struct Running {
        CallerProcess caller;
        SandboxClient client;

        explicit Running(PlanBlock plan) : client(spawner(), caller) {
            EXPECT_EQ(client.launch(std::move(plan)).error, 0);
        }
        void end() {
            client.order(wire::OrderKind::end);
            EXPECT_TRUE(client.awaitEnd().has_value());
        }
    };
};

constexpr int atMost = 20'000; // milliseconds

} // namespace

TEST_F(MountLifetimeTest, S87_TheHostsMountTableStaysAsItIs) {
    const HostMount host(callerDirectory("s87-shared"));
    ASSERT_EQ(::mount(nullptr, host.directory().c_str(), nullptr, MS_SHARED, nullptr), 0);
    const std::string before = mountTable();
    PlanBlock plan = payloadPlan({"wait"});
    plan.add({MountKind::bind, "/t", host.directory(), wire::mountRecursive});
    plan.add({MountKind::tmpfs, "/t/inner", ""}); // made in the host's file system, mounted in the sandbox only
    Running sandbox(std::move(plan));
    EXPECT_EQ(mountTable(), before);
    sandbox.end();
    EXPECT_EQ(mountTable(), before);
}

TEST_F(MountLifetimeTest, S87_AFileSystemThatIsNotBoundIsFreeWhileASandboxRuns) {
    const HostMount host(callerDirectory("s87-free"));
    Running sandbox(payloadPlan({"wait"}));
    ASSERT_TRUE(host.unmount());
    EXPECT_TRUE(host.isGone(atMost));
    sandbox.end();
}

TEST_F(MountLifetimeTest, S87_AFileSystemThatIsBoundCanBeUnmountedAndGoesWithTheSandbox) {
    const HostMount host(callerDirectory("s87-bound"));
    PlanBlock plan = payloadPlan({"wait"});
    plan.add({MountKind::bind, "/t", host.directory(), wire::mountRecursive});
    Running sandbox(std::move(plan));
    EXPECT_TRUE(host.unmount());
    EXPECT_FALSE(host.isGone(0));
    sandbox.end();
    EXPECT_TRUE(host.isGone(atMost));
}

TEST_F(MountLifetimeTest, S88_ADirectoryThatThePayloadMadeALinkIsRefusedByDescriptor) {
    const std::string directory = callerDirectory("s88");
    const std::string persistent = callerDirectory("s88/persistent");
    PlanBlock first = ordinaryPlan();
    first.add({MountKind::bind, "/d", directory, wire::mountRecursive});
    run(spawner(), first.run({"sh", "-c", "rmdir /d/persistent && ln -s /root /d/persistent"}));
    const UniqueFd fd(::open(persistent.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    PlanBlock second = ordinaryPlan();
    second.add({MountKind::bind, "/p", "", wire::mountRecursive | wire::mountSourceIsFd, 0});
    const wire::Report report = run(spawner(), second, {fd.get()}).report;
    EXPECT_EQ(report.step, wire::SetupStep::source);
    EXPECT_EQ(report.error, EOPNOTSUPP);
}

TEST_F(MountLifetimeTest, AsManyMountsAsARequestMayHoldWork) {
    PlanBlock plan = ordinaryPlan();
    const std::string directory = callerDirectory("many");
    for (int i = 0; plan.mounts.size() < wire::maxMounts; ++i) {
        plan.add({MountKind::bind, "/many/" + std::to_string(i), directory, wire::mountRecursive});
    }
    const std::size_t count = wire::maxMounts - ordinaryPlan().mounts.size();
    const Outcome result = run(spawner(), plan.run({"grep", "-c", " /many/", "/proc/self/mountinfo"}));
    ASSERT_EQ(result.report.error, 0);
    EXPECT_EQ(result.output, std::to_string(count) + "\n");
}

} // namespace sandboxd::kernel_test
