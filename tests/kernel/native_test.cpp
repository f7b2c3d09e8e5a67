// The warden that is a fork of its caller: no spawner takes part, and nothing is done that the caller could not do.
#include "kernel_test.hpp"

#include "warden/native.hpp"

#include <fcntl.h>
#include <grp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

namespace sandboxd::kernel_test {

namespace {

struct Pipe {
    UniqueFd read;
    UniqueFd write;

    Pipe() {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) == 0) {
            read.reset(ends[0]);
            write.reset(ends[1]);
        }
    }

    // All that comes until nobody has the other end.
    std::string readAll() {
        write.reset();
        std::string text;
        char byte = 0;
        while (::read(read.get(), &byte, 1) == 1) {
            text += byte;
        }
        return text;
    }
};

// A sandbox as its caller has it.
class NativeSandbox {
public:
    explicit NativeSandbox(PlanBlock plan, const std::vector<int>& fds = {}, bool newUserNamespace = true,
                           const warden::ParentsMaps& maps = {}) {
        plan.header.fdCount = static_cast<std::uint32_t>(fds.size());
        plan.idleFilter.clear();
        plan.filter.clear();
        std::array<int, 2> pair{};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.data()), 0);
        control_.reset(pair[0]);
        const UniqueFd theirs(pair[1]);
        pid_ = ::fork();
        if (pid_ == 0) {
            runAsCaller(plan, fds, theirs.get(), newUserNamespace, maps);
        }
    }
    ~NativeSandbox() {
        control_.reset();
        ::waitpid(pid_, nullptr, 0);
    }
    NativeSandbox(const NativeSandbox&) = delete;
    NativeSandbox& operator=(const NativeSandbox&) = delete;

    // Waits until the user namespace is there.
    void awaitCallForMaps() {
        char call = 0;
        EXPECT_EQ(::recv(control_.get(), &call, 1, 0), 1);
    }

    void writeMap(const std::string& name, const std::string& lines) {
        const UniqueFd file(::open(("/proc/" + std::to_string(pid_) + "/" + name).c_str(), O_WRONLY | O_CLOEXEC));
        EXPECT_EQ(::write(file.get(), lines.data(), lines.size()), static_cast<ssize_t>(lines.size()));
    }

    void sayMapped() { EXPECT_EQ(::send(control_.get(), "", 1, 0), 1); }
    void sayNothingMore() { EXPECT_EQ(::shutdown(control_.get(), SHUT_WR), 0); }

    // The report; waits for it once.
    wire::Report report() {
        wire::Report report{};
        EXPECT_EQ(receiveWithFds(control_.get(), &report, sizeof report, fds_), ssize_t{sizeof report});
        return report;
    }

    wire::ExitStatus awaitEnd() {
        EXPECT_TRUE(reachesEnd(control_.get()));
        wire::ExitStatus status{};
        EXPECT_EQ(::pread(fds_.at(1).get(), &status, sizeof status, 0), ssize_t{sizeof status});
        return status;
    }

private:
    [[noreturn]] static void runAsCaller(const PlanBlock& plan, const std::vector<int>& fds, int control,
                                         bool newUserNamespace, const warden::ParentsMaps& maps) {
        // A program that was executed by the caller could be traced; a change of ids has undone it.
        if (::setgroups(0, nullptr) != 0 || ::setresgid(callerGid, callerGid, callerGid) != 0 ||
            ::setresuid(callerUid, callerUid, callerUid) != 0 || ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0) {
            ::_exit(1);
        }
        warden::Host host;
        host.proc = ::open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
        host.devNull = ::open("/dev/null", O_RDWR | O_CLOEXEC);
        host.native = true;
        host.hasRanges = maps.users || maps.groups;
        const std::vector<std::byte> bytes = plan.bytes();
        warden::runNativeWarden(host, {bytes.data(), bytes.size(), fds.data(), static_cast<std::uint32_t>(fds.size()),
                                       control, newUserNamespace, maps});
    }

    UniqueFd control_;
    pid_t pid_ = -1;
    std::vector<UniqueFd> fds_; // pidfd, status
};

} // namespace

class NativeTest : public KernelTest {};

TEST_F(NativeTest, APayloadRunsAndItsStatusIsTold) {
    NativeSandbox sandbox(payloadPlan({"exit", "7"}));
    ASSERT_EQ(sandbox.report().error, 0);
    const wire::ExitStatus status = sandbox.awaitEnd();
    EXPECT_EQ(status.code, CLD_EXITED);
    EXPECT_EQ(status.status, 7);
}

TEST_F(NativeTest, ThePayloadHasItsDescriptorsAndNoOther) {
    Pipe output;
    PlanBlock plan = payloadPlan({"fds"});
    plan.fds = {{1, 0}};
    NativeSandbox sandbox(plan, {output.write.get()});
    ASSERT_EQ(sandbox.report().error, 0);
    EXPECT_EQ(output.readAll(), "0\n1\n2\n");
}

TEST_F(NativeTest, TheIdsAreTheCallersOrWhatThePlanSays) {
    PlanBlock plan = payloadPlan({"ids"});
    plan.fds = {{1, 0}};
    Pipe own;
    NativeSandbox first(plan, {own.write.get()});
    ASSERT_EQ(first.report().error, 0);
    EXPECT_EQ(own.readAll(), "64002 64002 64002 64002 64002 64002\n");
    plan.header.insideUid = 0;
    plan.header.insideGid = 5;
    Pipe other;
    NativeSandbox second(plan, {other.write.get()});
    ASSERT_EQ(second.report().error, 0);
    EXPECT_EQ(other.readAll(), "0 0 0 5 5 5\n");
}

TEST_F(NativeTest, RangesOfIdsAreTheParentsToWrite) {
    PlanBlock plan = payloadPlan({"ids"});
    plan.fds = {{1, 0}};
    plan.header.insideUid = 5;
    plan.header.insideGid = 6;
    Pipe output;
    NativeSandbox sandbox(plan, {output.write.get()}, true, {.users = true, .groups = true, .denySetgroups = false});
    sandbox.awaitCallForMaps();
    sandbox.writeMap("uid_map", "0 64002 1\n5 300000 10\n");
    sandbox.writeMap("gid_map", "0 64002 1\n6 300000 10\n");
    sandbox.sayMapped();
    ASSERT_EQ(sandbox.report().error, 0);
    EXPECT_EQ(output.readAll(), "5 5 5 6 6 6\n");
}

TEST_F(NativeTest, WithoutItsParentsMapsThereIsNoSandbox) {
    NativeSandbox sandbox(payloadPlan({"exit", "7"}), {}, true, {.users = true});
    sandbox.awaitCallForMaps();
    sandbox.sayNothingMore();
    const wire::Report report = sandbox.report();
    EXPECT_EQ(report.error, ECANCELED);
    EXPECT_EQ(report.step, wire::SetupStep::maps);
}

// Init lets itself be joined by pidfd, and then no more: when it has closed what it does not need, that is done.
TEST_F(NativeTest, InitCannotBeReadTracedOrKilledByThePayload) {
    Pipe output;
    Pipe go;
    Pipe initsOwn;
    PlanBlock plan = payloadPlan({"attack-init"});
    plan.fds = {{1, 0}};
    plan.header.block = 1;
    NativeSandbox sandbox(plan, {output.write.get(), go.read.get(), initsOwn.write.get()});
    ASSERT_EQ(sandbox.report().error, 0);
    EXPECT_EQ(initsOwn.readAll(), "");
    go.write.reset();
    auto results = parseResults(output.readAll());
    EXPECT_EQ(results.at("alive"), 0) << "init was killed or stopped";
    results.erase("alive");
    EXPECT_EQ(results.size(), 11U);
    for (const auto& [name, error] : results) {
        EXPECT_NE(error, 0) << name;
    }
}

TEST_F(NativeTest, ADescriptorIsBoundByTheFileThatItHas) {
    const std::string directory = callerDirectory("native-bind");
    const UniqueFd file(::open((directory + "/file").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    ASSERT_EQ(::write(file.get(), "text", 4), 4);
    Pipe output;
    PlanBlock plan = payloadPlan({});
    plan.bindReadOnly("/usr");
    for (const char* link : {"/bin", "/lib", "/lib64"}) {
        plan.add({wire::MountKind::symlink, link, std::string("usr") + link});
    }
    plan.add({wire::MountKind::bind, "/here", "", wire::mountSourceIsFd, 1});
    plan.fds = {{1, 0}};
    plan.run({"/bin/cat", "/here"});
    NativeSandbox sandbox(plan, {output.write.get(), file.get()});
    ASSERT_EQ(sandbox.report().error, 0);
    EXPECT_EQ(output.readAll(), "text");
}

TEST_F(NativeTest, ADescriptorWhoseNameIsAnotherFilesNowIsNotBound) {
    const std::string path = callerDirectory("native-stale") + "/file";
    const UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    const std::string link = path + "-kept";
    ::unlink(link.c_str());
    ASSERT_EQ(::link(path.c_str(), link.c_str()), 0);
    ASSERT_EQ(::unlink(path.c_str()), 0);
    const UniqueFd other(::open((path + " (deleted)").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    ASSERT_TRUE(other);
    PlanBlock plan = payloadPlan({"exit", "0"});
    plan.add({wire::MountKind::bind, "/here", "", wire::mountSourceIsFd, 0});
    NativeSandbox sandbox(plan, {file.get()});
    const wire::Report report = sandbox.report();
    EXPECT_EQ(report.step, wire::SetupStep::source);
    EXPECT_EQ(report.error, ESTALE);
}

TEST_F(NativeTest, WithoutAUserNamespaceTheCallerMustHaveThePrivileges) {
    NativeSandbox sandbox(payloadPlan({"exit", "0"}), {}, false);
    const wire::Report report = sandbox.report();
    EXPECT_EQ(report.step, wire::SetupStep::namespaces);
    EXPECT_EQ(report.error, EPERM);
}

TEST_F(NativeTest, OnlyTheCallersOwnIdsAreMapped) {
    PlanBlock plan = payloadPlan({"exit", "0"});
    plan.header.uid = strangerUid;
    NativeSandbox sandbox(plan);
    const wire::Report report = sandbox.report();
    EXPECT_EQ(report.step, wire::SetupStep::maps);
    EXPECT_EQ(report.error, EPERM);
}

// The namespace that has capabilities is another than the one that holds the limits.
TEST_F(NativeTest, AnInnerNamespaceIsJoinedAndThenHidden) {
    Pipe output;
    PlanBlock plan = payloadPlan({"attack-init"});
    plan.header.identity = static_cast<std::uint32_t>(wire::IdentityKind::namespaceRoot);
    plan.fds = {{1, 0}};
    plan.header.block = 1;
    Pipe go;
    Pipe initsOwn;
    NativeSandbox sandbox(plan, {output.write.get(), go.read.get(), initsOwn.write.get()});
    ASSERT_EQ(sandbox.report().error, 0);
    EXPECT_EQ(initsOwn.readAll(), "");
    go.write.reset();
    auto results = parseResults(output.readAll());
    results.erase("alive");
    EXPECT_EQ(results.size(), 11U);
    for (const auto& [name, error] : results) {
        EXPECT_NE(error, 0) << name;
    }
}

TEST_F(NativeTest, APayloadCanBeProcessOne) {
    PlanBlock plan = payloadPlan({"exit", "7"});
    plan.header.process |= wire::processIsFirst;
    NativeSandbox sandbox(plan);
    ASSERT_EQ(sandbox.report().error, 0);
    EXPECT_EQ(sandbox.awaitEnd().status, 7);
}

TEST_F(NativeTest, TheSandboxEndsWithItsLifeline) {
    Pipe lifeline;
    PlanBlock plan = payloadPlan({"wait"});
    plan.header.lifeline = 0;
    NativeSandbox sandbox(plan, {lifeline.read.get()});
    ASSERT_EQ(sandbox.report().error, 0);
    lifeline.write.reset();
    EXPECT_EQ(sandbox.awaitEnd().ended, static_cast<std::uint32_t>(wire::EndReason::lifelineClosed));
}

} // namespace sandboxd::kernel_test
