#include "print.hpp"

#include <gtest/gtest.h>

namespace sandboxd::ctl {
namespace {

TEST(Print, LetsNothingDriveTheTerminal) {
    EXPECT_EQ(printable("a\x1b[31m\n\\\x7f\xc3\xa9"), "a\\x1b[31m\\x0a\\\\\\x7f\\xc3\\xa9");
}

TEST(Print, QuotesWordsOnlyWhereAShellNeedsIt) {
    EXPECT_EQ(shellWord("/home/ann/a.b"), "/home/ann/a.b");
    EXPECT_EQ(shellWord("/a b"), "'/a b'");
    EXPECT_EQ(shellWord("it's"), "'it'\\''s'");
    EXPECT_EQ(shellWord(""), "''");
}

} // namespace
} // namespace sandboxd::ctl
