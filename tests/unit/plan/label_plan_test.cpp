#include "plan/label_plan.hpp"

#include <gtest/gtest.h>

namespace sandboxd::plan {
namespace {

constexpr const char* alone = "sandboxd-payload";

// By the caller's label: what a caller without the Right for confined ones gets, and one who has it.
struct Row {
    std::string caller;
    std::optional<std::string> refusedOr; // nullopt: CallerConfined
    std::optional<std::string> allowed;
};

class PayloadLabel : public testing::TestWithParam<Row> {};

void expectLabel(const std::string& caller, bool allowed, const std::optional<std::string>& wanted) {
    const auto label = payloadLabel(true, caller, allowed, payloadProfile);
    ASSERT_EQ(label.ok(), wanted.has_value()) << caller << (allowed ? ", allowed" : "");
    if (label.ok()) {
        EXPECT_EQ(label.value(), wanted) << caller;
    } else {
        EXPECT_EQ(label.error().code, ErrorCode::callerConfined) << caller;
        EXPECT_EQ(label.error().message.rfind("label: ", 0), 0U) << label.error().message;
    }
}

TEST_P(PayloadLabel, FollowsTheCallersLabel) {
    expectLabel(GetParam().caller, false, GetParam().refusedOr);
    expectLabel(GetParam().caller, true, GetParam().allowed);
}

INSTANTIATE_TEST_SUITE_P(CallersThatNothingHoldsBack, PayloadLabel,
                         testing::Values(Row{"unconfined", alone, alone}, Row{"unconfined\n", alone, alone},
                                         Row{"code (unconfined)", alone, alone}, Row{"a (complain)", alone, alone},
                                         Row{"a//b (complain)", alone, alone}, Row{"a//&b (complain)", alone, alone},
                                         Row{"a//&b (unconfined)", alone, alone}));

TEST(ProfileOfThePayload, StandsInTheLabelAloneOrStacked) {
    EXPECT_EQ(payloadLabel(true, "unconfined", false, rootProfile).value(), "sandboxd-payload-root");
    EXPECT_EQ(payloadLabel(true, "z (enforce)", true, rootProfile).value(), "sandboxd-payload-root//&z");
}

INSTANTIATE_TEST_SUITE_P(ConfinedCallers, PayloadLabel,
                         testing::Values(Row{"a (enforce)", std::nullopt, "a//&sandboxd-payload"},
                                         Row{"my app (enforce)", std::nullopt, "my app//&sandboxd-payload"},
                                         Row{"a//b (enforce)", std::nullopt, "a//b//&sandboxd-payload"},
                                         Row{"z//&a (enforce)", std::nullopt, "a//&sandboxd-payload//&z"},
                                         Row{"a//&unconfined (enforce)", std::nullopt, "a//&sandboxd-payload"},
                                         Row{"sandboxd-payload (enforce)", std::nullopt, alone}));

// Each of these prints "(mixed)" once the payload's enforced profile is added.
INSTANTIATE_TEST_SUITE_P(ModesThatCannotBeStacked, PayloadLabel,
                         testing::Values(Row{"a//&b (mixed)", std::nullopt, std::nullopt},
                                         Row{"a (kill)", std::nullopt, std::nullopt},
                                         Row{"a (user)", std::nullopt, std::nullopt},
                                         Row{"a (later)", std::nullopt, std::nullopt}));

INSTANTIATE_TEST_SUITE_P(NoLabels, PayloadLabel,
                         testing::Values(Row{"", std::nullopt, std::nullopt}, Row{"a", std::nullopt, std::nullopt},
                                         Row{"a (enforce", std::nullopt, std::nullopt},
                                         Row{"a\n (enforce)", std::nullopt, std::nullopt}));

TEST(PayloadLabel, WithoutAppArmorThereIsNone) {
    for (const char* caller : {"", "unconfined", "a (enforce)"}) {
        EXPECT_EQ(payloadLabel(false, caller, false, payloadProfile).value(), std::nullopt);
        EXPECT_EQ(payloadLabel(false, caller, true, payloadProfile).value(), std::nullopt);
    }
}

} // namespace
} // namespace sandboxd::plan
