#include "signal_name.hpp"

#include <gtest/gtest.h>

#include <csignal>

namespace sandboxd::ctl {
namespace {

TEST(SignalName, IsReadInEveryForm) {
    for (const char* text : {"TERM", "SIGTERM", "term", "SigTerm", "15"}) {
        EXPECT_EQ(parseSignal(text), SIGTERM) << text;
    }
}

TEST(SignalName, MustBeOne) {
    for (const char* text : {"", "SIG", "0", "-1", "65", "15x", "TERMINATE", " 15", "999999999999"}) {
        EXPECT_EQ(parseSignal(text), std::nullopt) << text;
    }
}

} // namespace
} // namespace sandboxd::ctl
