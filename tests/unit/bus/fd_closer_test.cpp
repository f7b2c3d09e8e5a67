// Descriptors of callers become /dev/null before they are closed: nobody on the other end is held any longer.
#include "bus/fd_closer.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

namespace sandboxd::bus {
namespace {

constexpr FdCloser::Sender sender = 1000;

struct ReleaseLoop {
    void operator()(sd_event* loop) const noexcept { sd_event_unref(loop); }
};

bool isClosed(int fd) {
    char byte = 0;
    return ::recv(fd, &byte, 1, MSG_DONTWAIT) == 0;
}

// The pids of this process's children, in the order of their birth.
std::vector<pid_t> children() {
    std::ifstream file("/proc/thread-self/children");
    return {std::istream_iterator<pid_t>(file), {}};
}

class FdCloserTest : public testing::Test {
protected:
    FdCloserTest() {
        sd_event* loop = nullptr;
        EXPECT_GE(sd_event_new(&loop), 0);
        loop_.reset(loop);
    }

    // Two connected ends; the first is for the closer.
    void makePair(UniqueFd& one, UniqueFd& other) {
        int ends[2];
        ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
        one.reset(ends[0]);
        other.reset(ends[1]);
    }

    void runUntil(const bool& done) {
        while (!done) {
            ASSERT_GE(sd_event_run(loop_.get(), 15'000'000), 1) << "waited in vain";
        }
    }

    // One descriptor after the other, each of which must be let go of.
    void closeSome(FdCloser& closer, int count) {
        for (int i = 0; i < count; ++i) {
            UniqueFd ours;
            UniqueFd theirs;
            makePair(ours, theirs);
            bool done = false;
            closer.neutralise(sender, {ours.get()}, [&] { done = true; });
            runUntil(done);
            EXPECT_TRUE(isClosed(theirs.get()));
        }
    }

    static std::string targetOf(int fd) { return std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd)); }

    std::unique_ptr<sd_event, ReleaseLoop> loop_;
};

TEST_F(FdCloserTest, S30_MakesEachOfThemTheNullDevice) {
    FdCloser closer(loop_.get());
    UniqueFd ours[2];
    UniqueFd theirs[2];
    makePair(ours[0], theirs[0]);
    makePair(ours[1], theirs[1]);
    bool done = false;
    closer.neutralise(sender, {ours[0].get(), ours[1].get()}, [&] { done = true; });
    EXPECT_FALSE(done) << "called from the caller's own stack";
    runUntil(done);
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(targetOf(ours[i].get()), "/dev/null");
        EXPECT_EQ(::fcntl(ours[i].get(), F_GETFD), FD_CLOEXEC);
        EXPECT_TRUE(isClosed(theirs[i].get())) << "somebody still holds the other end";
    }
}

TEST_F(FdCloserTest, S30_LeavesOthersAlone) {
    FdCloser closer(loop_.get());
    UniqueFd ours[2];
    UniqueFd theirs[2];
    makePair(ours[0], theirs[0]);
    makePair(ours[1], theirs[1]);
    bool done = false;
    closer.neutralise(sender, {ours[0].get()}, [&] { done = true; });
    runUntil(done);
    EXPECT_FALSE(isClosed(theirs[1].get()));
    EXPECT_NE(targetOf(ours[1].get()), "/dev/null");
}

TEST_F(FdCloserTest, S30_ServesSeveralAtOnce) {
    FdCloser closer(loop_.get());
    UniqueFd ours[3];
    UniqueFd theirs[3];
    int done = 0;
    for (int i = 0; i < 3; ++i) {
        makePair(ours[i], theirs[i]);
        closer.neutralise(i == 2 ? FdCloser::Sender() : sender, {ours[i].get()}, [&] { ++done; });
    }
    while (done < 3) {
        ASSERT_GE(sd_event_run(loop_.get(), 15'000'000), 1) << "waited in vain";
    }
    EXPECT_EQ(children().size(), 1U) << "one is kept for the next";
}

TEST_F(FdCloserTest, S30_KeepsOneProcessForAllAndEndsItWithItself) {
    {
        FdCloser closer(loop_.get());
        const std::vector<pid_t> first = children();
        EXPECT_EQ(first.size(), 1U);
        closeSome(closer, 3);
        EXPECT_EQ(children(), first);
    }
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
    EXPECT_EQ(errno, ECHILD);
}

TEST_F(FdCloserTest, S30_StartsAnotherProcessForOneThatWasKilled) {
    FdCloser closer(loop_.get());
    const pid_t killed = children().at(0);
    ASSERT_EQ(::kill(killed, SIGKILL), 0);
    siginfo_t info{};
    ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(killed), &info, WEXITED | WNOWAIT), 0);
    closeSome(closer, 1);
    EXPECT_NE(children().back(), killed);
}

} // namespace
} // namespace sandboxd::bus
