#include "base/quote.hpp"

#include <gtest/gtest.h>

namespace sandboxd {
namespace {

using namespace std::string_view_literals;

TEST(Quote, PlainTextOnlyGetsQuotes) {
    EXPECT_EQ(quote("/usr/bin/id -u"), "\"/usr/bin/id -u\"");
}

TEST(Quote, QuoteAndBackslashAreEscaped) {
    EXPECT_EQ(quote("a\"b\\c"), "\"a\\\"b\\\\c\"");
}

TEST(Quote, ControlAndNonAsciiBytesBecomeHex) {
    EXPECT_EQ(quote("\x1b[2J\n\0\x7f\xc3\xa4"sv), "\"\\x1b[2J\\x0a\\x00\\x7f\\xc3\\xa4\"");
}

TEST(Quote, LongTextIsCutAfterTheLimitBehindTheQuote) {
    EXPECT_EQ(quote("abcdef", 3), "\"abc\"...");
}

TEST(Quote, TextAsLongAsTheLimitIsWhole) {
    EXPECT_EQ(quote("abc", 3), "\"abc\"");
}

TEST(Quote, EmptyTextIsTwoQuotes) {
    EXPECT_EQ(quote(""), "\"\"");
}

TEST(Sanitise, EscapesWithoutQuotes) {
    EXPECT_EQ(sanitise("a\"\n"), "a\\\"\\x0a");
}

TEST(Sanitise, LongTextEndsInDots) {
    EXPECT_EQ(sanitise("abcdef", 2), "ab...");
}

} // namespace
} // namespace sandboxd
