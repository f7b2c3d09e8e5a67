// Files of /proc picked apart: fields by their key, numbers by their digits, nothing beyond the buffer.
#include "warden/proc_text.hpp"

#include "proc_directory.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>

namespace sandboxd::warden {
namespace {

ProcText textOf(const std::string& content) {
    ProcText text;
    std::memcpy(text.bytes, content.c_str(), content.size() + 1);
    text.size = content.size();
    return text;
}

std::string lineOf(const char* field) {
    return field == nullptr ? "none" : std::string(field, std::strcspn(field, "\n"));
}

TEST(ProcText, ReadsAFileWhole) {
    ProcDirectory directory;
    directory.write("status", "Name:\tx\n");
    ProcText text;
    ASSERT_TRUE(readProc(directory.fd(), "status", text));
    EXPECT_STREQ(text.bytes, "Name:\tx\n");
    EXPECT_EQ(text.size, 8U);
}

TEST(ProcText, RefusesAFileThatDoesNotFit) {
    ProcDirectory directory;
    directory.write("fits", std::string(sizeof ProcText::bytes - 1, 'x'));
    directory.write("full", std::string(sizeof ProcText::bytes, 'x'));
    ProcText text;
    EXPECT_TRUE(readProc(directory.fd(), "fits", text));
    EXPECT_FALSE(readProc(directory.fd(), "full", text));
    EXPECT_EQ(errno, E2BIG);
}

TEST(ProcText, NeitherReadsNorWritesThroughALink) {
    ProcDirectory directory;
    directory.write("file", "content");
    std::filesystem::create_symlink("file", directory.path() + "/link");
    ProcText text;
    EXPECT_FALSE(readProc(directory.fd(), "link", text));
    EXPECT_EQ(errno, ELOOP);
    EXPECT_FALSE(writeProc(directory.fd(), "link", "other"));
    EXPECT_EQ(directory.read("file"), "content");
}

TEST(ProcText, WritesTheWholeText) {
    ProcDirectory directory;
    directory.write("file", "");
    EXPECT_TRUE(writeProc(directory.fd(), "file", "1000 1000 1"));
    EXPECT_EQ(directory.read("file"), "1000 1000 1");
    EXPECT_FALSE(writeProc(directory.fd(), "missing", "x"));
}

TEST(ProcText, FindsAFieldByItsWholeKey) {
    const ProcText text = textOf("Name:\tUid:\nFUid:\t1\nUid:\t 2\t3\nUidX:\t4\nLast:\t5");
    EXPECT_EQ(lineOf(fieldOf(text, "Uid")), "2\t3");
    EXPECT_EQ(lineOf(fieldOf(text, "Name")), "Uid:");
    EXPECT_EQ(lineOf(fieldOf(text, "Last")), "5");
    EXPECT_EQ(lineOf(fieldOf(text, "Ui")), "none");
    EXPECT_EQ(lineOf(fieldOf(text, "Missing")), "none");
    EXPECT_EQ(lineOf(fieldOf(textOf(""), "Uid")), "none");
}

TEST(ProcText, TakesNumbersUpToTheEndOfTheLine) {
    const char* cursor = "12 \t-3\n4";
    std::int64_t number = 0;
    ASSERT_TRUE(takeNumber(cursor, number));
    EXPECT_EQ(number, 12);
    ASSERT_TRUE(takeNumber(cursor, number));
    EXPECT_EQ(number, -3);
    EXPECT_FALSE(takeNumber(cursor, number)) << "the next line's";
    EXPECT_STREQ(cursor, "\n4");
}

TEST(ProcText, RefusesWhatIsNoNumberOrDoesNotFit) {
    std::int64_t number = 7;
    for (const char* text : {"", "-", "x", "+1", " 1", "99999999999999999999", "-99999999999999999999"}) {
        const char* cursor = text;
        EXPECT_FALSE(takeNumber(cursor, number)) << text;
        EXPECT_EQ(cursor, text);
    }
    EXPECT_EQ(number, 7);
}

TEST(ProcText, PutsNumbersOfAnyLength) {
    char out[21];
    for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{10}, UINT64_MAX}) {
        const char* end = putNumber(out, value);
        EXPECT_EQ(out, std::to_string(value));
        EXPECT_EQ(end, out + std::strlen(out));
    }
}

TEST(ProcText, JoinsAPidAndAName) {
    EXPECT_STREQ(ProcPath(42, "uid_map").bytes, "42/uid_map");
    EXPECT_EQ(std::strlen(ProcPath(42, std::string(100, 'x').c_str()).bytes), sizeof ProcPath::bytes - 1);
}

} // namespace
} // namespace sandboxd::warden
