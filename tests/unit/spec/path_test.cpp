#include "spec/path.hpp"

#include <gtest/gtest.h>

namespace sandboxd::spec {
namespace {

using namespace std::string_view_literals;

TEST(AbsolutePath, AnAbsolutePathKeepsItsText) {
    const auto path = AbsolutePath::parse("cwd", "/home//u/./.hidden/..x/x..");
    ASSERT_TRUE(path.ok());
    EXPECT_EQ(path.value().text(), "/home//u/./.hidden/..x/x..");
}

TEST(AbsolutePath, ARelativePathIsRefusedNamingTheKey) {
    const auto path = AbsolutePath::parse("cwd", "home");
    ASSERT_FALSE(path.ok());
    EXPECT_EQ(path.error().code, ErrorCode::invalidOption);
    EXPECT_EQ(path.error().message, "cwd: \"home\" is not absolute");
}

class BadAbsolutePath : public testing::TestWithParam<std::string> {};

TEST_P(BadAbsolutePath, IsInvalidOption) {
    const auto path = AbsolutePath::parse("target", GetParam());
    ASSERT_FALSE(path.ok());
    EXPECT_EQ(path.error().code, ErrorCode::invalidOption);
}

INSTANTIATE_TEST_SUITE_P(Paths, BadAbsolutePath,
                         testing::Values("", "a", "..", "/..", "/a/..", "/a/../b", "/../a", "/a//../b",
                                         std::string("/a\0b", 4), std::string("/a\0", 3),
                                         "/" + std::string(4095, 'x')));

TEST(AbsolutePath, TheLongestPathIsAllowed) {
    EXPECT_TRUE(AbsolutePath::parse("cwd", "/" + std::string(4094, 'x')).ok());
}

TEST(CallerPath, MayBeRelativeAndLeadUpwards) {
    for (const auto text : {"."sv, "../x"sv, "/a/../b"sv, "a b"sv}) {
        const auto path = CallerPath::parse("source", text);
        ASSERT_TRUE(path.ok());
        EXPECT_EQ(path.value().text(), text);
    }
}

TEST(CallerPath, EmptyTooLongAndNulAreRefused) {
    for (const auto& text : {std::string(), std::string(4096, 'x'), std::string("a\0b", 3)}) {
        const auto path = CallerPath::parse("source", text);
        ASSERT_FALSE(path.ok());
        EXPECT_EQ(path.error().code, ErrorCode::invalidOption);
    }
}

} // namespace
} // namespace sandboxd::spec
