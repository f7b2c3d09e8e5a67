// On real processes of this test: a pidfd of one's own child is as good as any.
#include "payload_status.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sandboxd::client {
namespace {

Descriptor pidfdOf(pid_t pid) {
    return Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

// A child that does `act` when `go` is closed.
template <typename Act> pid_t child(Descriptor& go, Act act) {
    int ends[2] = {-1, -1};
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::close(ends[1]);
        char byte = 0;
        [[maybe_unused]] const ssize_t end = ::read(ends[0], &byte, 1);
        act();
        ::_exit(99);
    }
    ::close(ends[0]);
    go.reset(ends[1]);
    return pid;
}

// What the pidfd of a child that was reaped tells; none where the kernel does not (before 6.15).
template <typename Act> std::optional<ExitStatus> endOf(Act act) {
    Descriptor go;
    const pid_t pid = child(go, act);
    const Descriptor pidfd = pidfdOf(pid);
    go.reset();
    EXPECT_EQ(::waitpid(pid, nullptr, 0), pid);
    const auto ended = awaitByPidfd(pidfd.get(), -1);
    EXPECT_TRUE(ended.ok());
    return ended.value();
}

TEST(PayloadStatus, TellsTheExitStatusOrNothing) {
    const auto ended = endOf([] { ::_exit(42); });
    EXPECT_EQ(ended.value_or(ExitStatus{false, 42, false}), (ExitStatus{false, 42, false}));
}

TEST(PayloadStatus, TellsTheSignalOrNothing) {
    const auto ended = endOf([] { ::raise(SIGKILL); });
    EXPECT_EQ(ended.value_or(ExitStatus{true, SIGKILL, false}), (ExitStatus{true, SIGKILL, false}));
}

TEST(PayloadStatus, ReturnsEarlyWhenItIsCancelled) {
    Descriptor go;
    const pid_t pid = child(go, [] {});
    const Descriptor pidfd = pidfdOf(pid);
    int ends[2] = {-1, -1};
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const Descriptor cancel(ends[0]);
    Descriptor(ends[1]).reset();
    const auto ended = awaitByPidfd(pidfd.get(), cancel.get());
    ASSERT_FALSE(ended.ok());
    EXPECT_EQ(ended.error().kind, ErrorKind::cancelled);
    go.reset();
    EXPECT_EQ(::waitpid(pid, nullptr, 0), pid);
}

TEST(PayloadStatus, OfSiginfoKnowsTheThreeCodes) {
    EXPECT_EQ(fromSiginfo(CLD_EXITED, 3), (ExitStatus{false, 3, false}));
    EXPECT_EQ(fromSiginfo(CLD_KILLED, 9), (ExitStatus{true, 9, false}));
    EXPECT_EQ(fromSiginfo(CLD_DUMPED, 11), (ExitStatus{true, 11, true}));
    EXPECT_EQ(fromSiginfo(0, 0), std::nullopt);
}

TEST(PayloadStatus, OfAShellIs128AndTheSignal) {
    EXPECT_EQ((ExitStatus{true, 15, false}).shellStatus(), 143);
    EXPECT_EQ((ExitStatus{false, 255, false}).shellStatus(), 255);
}

} // namespace
} // namespace sandboxd::client
