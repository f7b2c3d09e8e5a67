// The warden that is a fork of its caller: no spawner takes part, and nothing is done that the caller could not do.
#include "native_sandbox.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace sandboxd::kernel_test {

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
    NativeSandbox sandbox(plan, {output.write.get()}, {}, true,
                          {.users = true, .groups = true, .denySetgroups = false});
    sandbox.awaitCallForMaps();
    sandbox.writeMap("uid_map", "0 64002 1\n5 300000 10\n");
    sandbox.writeMap("gid_map", "0 64002 1\n6 300000 10\n");
    sandbox.sayMapped();
    ASSERT_EQ(sandbox.report().error, 0);
    EXPECT_EQ(output.readAll(), "5 5 5 6 6 6\n");
}

TEST_F(NativeTest, WithoutItsParentsMapsThereIsNoSandbox) {
    NativeSandbox sandbox(payloadPlan({"exit", "7"}), {}, {}, true, {.users = true});
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
    NativeSandbox sandbox(payloadPlan({"exit", "0"}), {}, {}, false);
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
