#include "launch/step_names.hpp"

#include <cerrno>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace sandboxd::launch {
namespace {

using wire::SetupStep;

plan::Plan aPlan() {
    plan::Plan plan;
    plan.program = "tool\n";
    plan.workingDirectory = "/work";
    plan.label = "a//&payload";
    plan.mounts = {{.target = "/target", .source = "/source"}, {.target = "/t", .fd = 2}};
    return plan;
}

Error described(SetupStep step, int error, std::uint32_t operation = wire::noOperation) {
    wire::Report report{};
    report.kind = wire::RecordKind::report;
    report.step = step;
    report.operation = operation;
    report.error = error;
    return describeFailure(report, aPlan());
}

TEST(StepNames, EveryStepHasItsOwn) {
    std::set<std::string_view> names;
    for (auto step = SetupStep::none; step <= SetupStep::pidNamespace;
         step = static_cast<SetupStep>(static_cast<unsigned>(step) + 1)) {
        EXPECT_FALSE(nameOf(step).empty());
        names.insert(nameOf(step));
    }
    EXPECT_EQ(names.size(), static_cast<std::size_t>(SetupStep::pidNamespace) + 1);
    EXPECT_EQ(nameOf(static_cast<SetupStep>(9999)), "do an unknown step");
}

TEST(DescribeFailure, NamesTheOperationTheObjectAndTheErrno) {
    const Error source = described(SetupStep::source, EACCES, 0);
    EXPECT_EQ(source.code, ErrorCode::setupFailed);
    EXPECT_EQ(source.message.rfind("setup: mounts: operation 0: cannot ", 0), 0U) << source.message;
    EXPECT_NE(source.message.find("\"/source\""), std::string::npos) << source.message;
    EXPECT_NE(source.message.find("Permission denied"), std::string::npos) << source.message;
    EXPECT_NE(described(SetupStep::source, EACCES, 1).message.find("(descriptor)"), std::string::npos);
    EXPECT_NE(described(SetupStep::mount, ELOOP, 0).message.find("\"/target\""), std::string::npos);
}

TEST(DescribeFailure, AnOperationOutOfThePlanNamesNoObject) {
    EXPECT_EQ(described(SetupStep::mount, ELOOP, 7).message.find('"'), std::string::npos);
}

TEST(DescribeFailure, OfExecEscapesTheCommandAndEndsWithTheErrno) {
    const Error error = described(SetupStep::exec, ENOENT);
    EXPECT_EQ(error.code, ErrorCode::execFailed);
    EXPECT_EQ(error.message, "argv: cannot execute \"tool\\x0a\": No such file or directory");
}

TEST(DescribeFailure, OfTheDirectoryNamesItsKey) {
    const Error error = described(SetupStep::workingDirectory, ENOENT);
    EXPECT_NE(error.message.find("cwd: "), std::string::npos) << error.message;
    EXPECT_NE(error.message.find("\"/work\""), std::string::npos) << error.message;
}

TEST(DescribeFailure, OfThePayloadsLabelNamesItAndWhatIsWrongWithIt) {
    EXPECT_EQ(described(SetupStep::payloadLabel, ENOENT).message,
              "setup: cannot give the payload the AppArmor label \"a//&payload\": No such file or directory (it is not "
              "loaded)");
    const std::string refused = described(SetupStep::payloadLabel, EACCES).message;
    EXPECT_NE(refused.find("not enforced"), std::string::npos) << refused;
    EXPECT_NE(refused.find("change_profile"), std::string::npos) << refused;
}

TEST(DescribeFailure, OfDescriptorsThatAppArmorDroppedTellsWhichPass) {
    const std::string dropped = described(SetupStep::descriptors, EACCES).message;
    EXPECT_NE(dropped.find("pipes and sockets"), std::string::npos) << dropped;
    EXPECT_EQ(described(SetupStep::descriptors, EMFILE).message.find("AppArmor"), std::string::npos);
}

TEST(DescribeFailure, OfACallersFilterNamesItsPositionAndWhatIsWrong) {
    const Error size = described(SetupStep::callerFilter, EBADMSG, 1);
    EXPECT_EQ(size.code, ErrorCode::invalidOption);
    EXPECT_EQ(size.message, "seccomp-fds: filter 1 is not 1 to 4096 instructions of 8 bytes");
    EXPECT_EQ(described(SetupStep::callerFilter, EINVAL, 0).code, ErrorCode::invalidOption);
    const Error unreadable = described(SetupStep::callerFilter, EISDIR, 0);
    EXPECT_EQ(unreadable.code, ErrorCode::badFileDescriptor);
    EXPECT_EQ(unreadable.message, "seccomp-fds: filter 0: cannot use it: Is a directory");
}

TEST(DescribeFailure, OfUserNamespacesRefusedByAppArmorNamesTheRule) {
    const std::string refused = described(SetupStep::namespaces, EACCES).message;
    EXPECT_NE(refused.find("\"userns,\""), std::string::npos) << refused;
    EXPECT_EQ(described(SetupStep::namespaces, ENOSPC).message.find("AppArmor"), std::string::npos);
}

TEST(DescribeFailure, OfTheTerminalTellsABadDescriptorFromOneThatIsTaken) {
    EXPECT_EQ(described(SetupStep::terminal, ENOTTY).code, ErrorCode::badFileDescriptor);
    EXPECT_EQ(described(SetupStep::terminal, EPERM).message,
              "setup: cannot take the terminal: Operation not permitted");
}

TEST(DescribeFailure, OfTheLifelineTellsABadDescriptorFromAClosedOne) {
    EXPECT_EQ(described(SetupStep::lifeline, EBADF).code, ErrorCode::badFileDescriptor);
    EXPECT_EQ(described(SetupStep::lifeline, ECANCELED).code, ErrorCode::setupFailed);
    EXPECT_EQ(described(SetupStep::lifeline, ECANCELED).message, "lifeline: its other end was closed");
}

} // namespace
} // namespace sandboxd::launch
