#include "engine/choice.hpp"

#include <gtest/gtest.h>

namespace sandboxd::engine {
namespace {

TEST(Choice, IsAutomaticUnlessSomethingIsSaid) {
    EXPECT_EQ(parseChoice(nullptr).value(), Choice::automatic);
    EXPECT_EQ(parseChoice("auto").value(), Choice::automatic);
    EXPECT_EQ(parseChoice("native").value(), Choice::native);
    EXPECT_EQ(parseChoice("broker").value(), Choice::broker);
}

TEST(Choice, OfAnythingElseTheErrorNamesTheVariable) {
    for (const char* value : {"", " native", "NATIVE", "brokers"}) {
        const auto choice = parseChoice(value);
        ASSERT_FALSE(choice) << value;
        EXPECT_TRUE(choice.error().message.starts_with("SANDBOXD_ENGINE: ")) << choice.error().message;
    }
}

} // namespace
} // namespace sandboxd::engine
