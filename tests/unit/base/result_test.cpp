#include "base/result.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace sandboxd {
namespace {

TEST(Result, AValueIsOkAndCanBeMovedOut) {
    Result<std::unique_ptr<int>> result(std::make_unique<int>(7));
    ASSERT_TRUE(result.ok());
    EXPECT_EQ(*std::move(result).value(), 7);
}

TEST(Result, AnErrorKeepsItsCodeAndMessage) {
    const Result<int> result(Error{ErrorCode::busy, "later"});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::busy);
    EXPECT_EQ(result.error().message, "later");
}

TEST(Result, AStepWithoutValueIsOkByDefault) {
    EXPECT_TRUE(Result<void>().ok());
}

TEST(ResultDeathTest, TheValueOfAnErrorAborts) {
    const Result<int> result(Error{ErrorCode::busy, "later"});
    EXPECT_DEATH(static_cast<void>(result.value()), "");
}

TEST(ResultDeathTest, TheErrorOfAStepThatWorkedAborts) {
    const Result<void> result;
    EXPECT_DEATH(static_cast<void>(result.error()), "");
}

} // namespace
} // namespace sandboxd
