#include "broker/sandbox.hpp"

#include <csignal>

#include <gtest/gtest.h>

namespace sandboxd::broker {
namespace {

TEST(Ending, HasOneWordForEachWayToEnd) {
    EXPECT_EQ((Ending{CLD_EXITED, 0}.result()), "success");
    EXPECT_EQ((Ending{CLD_EXITED, 3}.result()), "exit-code");
    EXPECT_EQ((Ending{CLD_KILLED, SIGTERM}.result()), "signal");
    EXPECT_EQ((Ending{CLD_DUMPED, SIGSEGV}.result()), "core-dump");
    EXPECT_EQ(Ending{}.result(), "lost");
}

} // namespace
} // namespace sandboxd::broker
