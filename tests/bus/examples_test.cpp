// The examples that come with the client run as a user would run them.
#include "bus_test.hpp"

namespace sandboxd::bus_tests {
namespace {

class Example : public BusTest {};

TEST_F(Example, OfTheLibraryRuns) {
    const Outcome outcome = runAs(user_, {built("client/examples/run_true")});
    EXPECT_EQ(outcome.status, 0) << outcome.errors;
    EXPECT_NE(outcome.output, "");
    EXPECT_EQ(outcome.errors, "");
}

TEST_F(Example, OfTheGeneratedProxyRuns) {
    const Outcome outcome = runAs(user_, {built("client/examples/sdbus_proxy")});
    EXPECT_EQ(outcome.status, 0) << outcome.errors;
    EXPECT_NE(outcome.output, "");
    EXPECT_EQ(outcome.errors, "");
}

} // namespace
} // namespace sandboxd::bus_tests
