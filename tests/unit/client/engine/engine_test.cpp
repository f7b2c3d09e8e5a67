#include "engine/engine.hpp"

#include <gtest/gtest.h>

namespace sandboxd::engine {
namespace {

// No bus is needed to say so.
TEST(Engine, TheBrokerIsNotAskedForRangesOfIds) {
    NativeOptions native;
    native.maps.groups.ranges = {{0, 100000, 10}};
    Engine engine(Choice::broker, native);
    const auto payload = engine.spawn(client::Spec({"/bin/true"}), {});
    ASSERT_FALSE(payload);
    EXPECT_EQ(payload.error().kind, client::ErrorKind::invalidRequest);
    EXPECT_EQ(payload.error().message, onlyOneId);
}

TEST(Engine, RangesOfEitherKindAreRanges) {
    IdMaps maps;
    EXPECT_FALSE(maps.haveRanges());
    maps.users.ranges = {{0, 100000, 10}};
    EXPECT_TRUE(maps.haveRanges());
}

} // namespace
} // namespace sandboxd::engine
