#include "plan/label_plan.hpp"

#include <gtest/gtest.h>

namespace sandboxd::plan {
namespace {

struct Row {
    std::string callerLabel;
    bool allowed;
    std::optional<std::string> payload; // nullopt: CallerConfined
};

class PayloadLabel : public testing::TestWithParam<Row> {};

TEST_P(PayloadLabel, FollowsTheCallersLabel) {
    const Row& row = GetParam();
    const auto label = payloadLabel(true, row.callerLabel, row.allowed);
    ASSERT_EQ(label.ok(), row.payload.has_value());
    if (label.ok()) {
        EXPECT_EQ(label.value(), row.payload);
    } else {
        EXPECT_EQ(label.error().code, ErrorCode::callerConfined);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Table, PayloadLabel,
    testing::Values(Row{"unconfined", false, "sandboxd-payload"}, Row{"unconfined", true, "sandboxd-payload"},
                    Row{"a (complain)", false, "sandboxd-payload"}, Row{"a (unconfined)", false, "sandboxd-payload"},
                    Row{"a (enforce)", false, std::nullopt}, Row{"a (enforce)", true, "a//&sandboxd-payload"},
                    Row{"z//&a (enforce)", true, "a//&sandboxd-payload//&z"},
                    Row{"a//b (kill)", true, "a//b//&sandboxd-payload"},
                    Row{"a//&unconfined (mixed)", false, std::nullopt},
                    Row{"a//&unconfined (mixed)", true, "a//&sandboxd-payload"},
                    Row{"sandboxd-payload (enforce)", true, "sandboxd-payload"},
                    Row{"sandboxd-payload (enforce)", false, std::nullopt}, Row{"", true, std::nullopt},
                    Row{"a", true, std::nullopt}));

TEST(PayloadLabel, WithoutAppArmorThereIsNone) {
    EXPECT_EQ(payloadLabel(false, "", false).value(), std::nullopt);
    EXPECT_EQ(payloadLabel(false, "a (enforce)", false).value(), std::nullopt);
}

} // namespace
} // namespace sandboxd::plan
