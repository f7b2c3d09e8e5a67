// Namespaces and id maps that the caller of a native warden brings, in place of those that would be made.
#include "native_sandbox.hpp"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <fstream>
#include <optional>

namespace sandboxd::kernel_test {

namespace {

UniqueFd openFile(const std::string& path) {
    return UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
}

// A process of the caller's that holds namespaces of its own: a user namespace in which the caller is 0 and a stranger
// is 5, with a pid namespace; and one more user namespace below, in which the caller is 9.
class Holder {
public:
    Holder() : pid_(::fork()) {
        if (pid_ == 0) {
            hold();
        }
        awaitWord();
        for (const char* map : {"uid_map", "gid_map"}) {
            writeFile(path(map), "0 " + std::to_string(callerUid) + " 1\n5 " + std::to_string(strangerUid) + " 1\n");
        }
        user = open("ns/user");
        pids = open("ns/pid_for_children");
        go_.write.reset();
        awaitWord();
        below = open("ns/user");
    }
    ~Holder() {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    Holder(const Holder&) = delete;
    Holder& operator=(const Holder&) = delete;

    UniqueFd user;
    UniqueFd pids;
    UniqueFd below;

private:
    [[noreturn]] void hold() const {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (!becomeCaller() || ::unshare(CLONE_NEWUSER | CLONE_NEWPID) != 0) {
            ::_exit(1);
        }
        ::close(go_.write.get());
        if (::fork() == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            say();
            ::pause();
        }
        char none = 0;
        static_cast<void>(!::read(go_.read.get(), &none, 1));
        if (::unshare(CLONE_NEWUSER) != 0) {
            ::_exit(1);
        }
        std::ofstream("/proc/self/setgroups") << "deny";
        std::ofstream("/proc/self/uid_map") << "9 0 1";
        std::ofstream("/proc/self/gid_map") << "9 0 1";
        say();
        ::pause();
        ::_exit(0);
    }

    void say() const { static_cast<void>(!::write(word_.write.get(), "x", 1)); }
    void awaitWord() const {
        char word = 0;
        EXPECT_EQ(::read(word_.read.get(), &word, 1), 1);
    }
    [[nodiscard]] std::string path(const std::string& name) const {
        return "/proc/" + std::to_string(pid_) + "/" + name;
    }
    [[nodiscard]] UniqueFd open(const std::string& name) const { return openFile(path(name)); }

    Pipe word_;
    Pipe go_;
    pid_t pid_;
};

ino_t inodeOf(const UniqueFd& fd) {
    struct stat info {};
    EXPECT_EQ(::fstat(fd.get(), &info), 0);
    return info.st_ino;
}

// As the links of /proc/PID/ns have it.
std::string nameOf(const std::string& kind, const UniqueFd& fd) {
    return kind + ":[" + std::to_string(inodeOf(fd)) + "]\n";
}

class NativeNamespacesTest : public KernelTest {
protected:
    void TearDown() override {
        holder_.reset();
        KernelTest::TearDown();
    }

    // Limits of a namespace that was brought are not changed.
    static PlanBlock payloadPlan(std::vector<std::string> subcommand) {
        PlanBlock plan = KernelTest::payloadPlan(std::move(subcommand));
        plan.header.process |= wire::processNesting;
        return plan;
    }

    // What the payload writes in a sandbox of this plan.
    static std::string output(PlanBlock plan, const warden::Brought& brought) {
        Pipe output;
        plan.fds = {{1, 0}};
        NativeSandbox sandbox(plan, {output.write.get()}, brought);
        const wire::Report report = sandbox.report();
        EXPECT_EQ(report.error, 0) << static_cast<unsigned>(report.step);
        return output.readAll();
    }

    static PlanBlock sharing(PlanBlock plan) {
        plan.header.namespaces &= ~unsigned{wire::unsharePid};
        return plan;
    }

    // Where its set-up fails.
    static wire::Report failure(const warden::Brought& brought, const PlanBlock& plan = payloadPlan({"exit", "0"})) {
        NativeSandbox sandbox(plan, {}, brought);
        return sandbox.report();
    }

    std::optional<Holder> holder_{std::in_place};
};

TEST_F(NativeNamespacesTest, ASandboxIsBuiltInTheUserNamespaceThatWasBrought) {
    const warden::Brought brought{.userNamespace = holder_->user.get()};
    EXPECT_EQ(output(payloadPlan({"namespace", "user"}), brought), nameOf("user", holder_->user));
    EXPECT_EQ(output(payloadPlan({"ids"}), brought), "0 0 0 0 0 0\n") << "the caller's, as they are there";
}

TEST_F(NativeNamespacesTest, IdsThatAreMappedThereCanBeTaken) {
    PlanBlock plan = payloadPlan({"ids"});
    plan.header.insideUid = 5;
    EXPECT_EQ(output(plan, {.userNamespace = holder_->user.get()}), "5 5 5 0 0 0\n");
    plan.header.insideUid = 6;
    const wire::Report report = failure({.userNamespace = holder_->user.get()}, plan);
    EXPECT_EQ(report.step, wire::SetupStep::identity);
    EXPECT_EQ(report.error, EINVAL);
}

TEST_F(NativeNamespacesTest, WhatIsBuiltChangesToTheSecondUserNamespace) {
    const warden::Brought brought{.userNamespace = holder_->user.get(), .laterUserNamespace = holder_->below.get()};
    EXPECT_EQ(output(payloadPlan({"namespace", "user"}), brought), nameOf("user", holder_->below));
    EXPECT_EQ(output(payloadPlan({"ids"}), brought), "9 9 9 9 9 9\n");
    PlanBlock first = payloadPlan({"namespace", "user"});
    first.header.process |= wire::processIsFirst;
    EXPECT_EQ(output(first, brought), nameOf("user", holder_->below));
    EXPECT_EQ(output(sharing(payloadPlan({"namespace", "user"})), brought), nameOf("user", holder_->below));
}

TEST_F(NativeNamespacesTest, ThePayloadIsInThePidNamespaceThatWasBrought) {
    const warden::Brought brought{.userNamespace = holder_->user.get(), .pidNamespace = holder_->pids.get()};
    EXPECT_EQ(output(sharing(payloadPlan({"namespace", "pid"})), brought), nameOf("pid", holder_->pids));
}

TEST_F(NativeNamespacesTest, ANewPidNamespaceIsBelowTheOneThatWasBrought) {
    const warden::Brought brought{.userNamespace = holder_->user.get(), .pidNamespace = holder_->pids.get()};
    Pipe lifeline;
    PlanBlock plan = payloadPlan({"wait"});
    plan.header.lifeline = 0;
    NativeSandbox waiting(plan, {lifeline.read.get()}, brought);
    const wire::Report report = waiting.report();
    ASSERT_EQ(report.error, 0);
    const UniqueFd own = openFile("/proc/" + std::to_string(report.leaderPid) + "/ns/pid");
    const UniqueFd parent(::ioctl(own.get(), NS_GET_PARENT));
    EXPECT_EQ(nameOf("pid", parent), nameOf("pid", holder_->pids));
    lifeline.write.reset();
    PlanBlock first = payloadPlan({"exit", "7"});
    first.header.process |= wire::processIsFirst;
    NativeSandbox sandbox(first, {}, brought);
    ASSERT_EQ(sandbox.report().error, 0);
    EXPECT_EQ(sandbox.awaitEnd().status, 7);
}

TEST_F(NativeNamespacesTest, SomebodyElseCanWriteTheIdMaps) {
    Pipe info;
    Pipe status;
    Pipe block;
    Pipe output;
    PlanBlock plan = payloadPlan({"ids"});
    plan.fds = {{1, 0}};
    NativeSandbox sandbox(
        plan, {output.write.get()},
        {.maps = true, .info = info.write.get(), .status = status.write.get(), .block = block.read.get()});
    const std::string told = info.readAll();
    const std::size_t pid = told.find("\"child-pid\": ");
    ASSERT_NE(pid, std::string::npos) << told;
    EXPECT_TRUE(status.readAll().starts_with("{ " + told.substr(pid, told.find(',', pid) - pid)));
    const std::string process = "/proc/" + std::to_string(std::stoi(told.substr(pid + 13))) + "/";
    const std::string network = "\"net-namespace\": " + std::to_string(inodeOf(openFile(process + "ns/net")));
    EXPECT_NE(told.find(network), std::string::npos) << told << network;
    writeFile(process + "uid_map", "7 " + std::to_string(callerUid) + " 1\n");
    writeFile(process + "gid_map", "8 " + std::to_string(callerGid) + " 1\n");
    block.write.reset();
    ASSERT_EQ(sandbox.report().error, 0);
    EXPECT_EQ(output.readAll(), "7 7 7 8 8 8\n");
}

TEST_F(NativeNamespacesTest, WhatIsNoNamespaceOrNotBelowOursIsRefused) {
    const UniqueFd file = openFile("/dev/null");
    const UniqueFd own = openFile("/proc/self/ns/user");
    const struct {
        warden::Brought brought;
        wire::SetupStep step;
        int error;
    } rows[] = {
        {{.userNamespace = file.get()}, wire::SetupStep::userNamespace, EINVAL},
        {{.userNamespace = own.get()}, wire::SetupStep::userNamespace, EINVAL},
        {{.laterUserNamespace = file.get()}, wire::SetupStep::laterUserNamespace, EINVAL},
        {{.laterUserNamespace = holder_->below.get()}, wire::SetupStep::laterUserNamespace, EPERM},
        {{.pidNamespace = file.get()}, wire::SetupStep::pidNamespace, EINVAL},
        {{.pidNamespace = holder_->pids.get()}, wire::SetupStep::pidNamespace, EPERM},
    };
    for (const auto& row : rows) {
        const wire::Report report = failure(row.brought);
        EXPECT_EQ(report.step, row.step);
        EXPECT_EQ(report.error, row.error);
    }
}

} // namespace

} // namespace sandboxd::kernel_test
