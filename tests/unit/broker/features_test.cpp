#include "broker/features.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace sandboxd::broker {
namespace {

bool has(const std::vector<std::string>& features, const std::string& token) {
    return std::find(features.begin(), features.end(), token) != features.end();
}

TEST(Features, NameWhatIsThereAndNothingElse) {
    const std::vector<std::string> features = listFeatures({});
    for (const char* token : {"option:mounts", "option:lifeline", "mount:bind", "mount:overlay", "network:loopback",
                              "identity:mapped", "identity:host", "identity:namespace-root", "option:capabilities",
                              "option:nested-userns", "option:init", "seccomp:off"}) {
        EXPECT_TRUE(has(features, token)) << token;
    }
    for (const char* token : {"option:cgroup", "option:landlock", "network:pasta", "apparmor", "caller:pidfd"}) {
        EXPECT_FALSE(has(features, token)) << token;
    }
    EXPECT_TRUE(has(listFeatures({.appArmor = true}), "apparmor"));
    EXPECT_TRUE(has(listFeatures({.callerPidfd = true}), "caller:pidfd"));
}

TEST(Features, SayThatTheBrokerIsNotChecked) {
    EXPECT_FALSE(has(listFeatures({.appArmor = true}), "insecure:no-apparmor-check"));
    EXPECT_TRUE(has(listFeatures({.appArmor = true, .insecure = true}), "insecure:no-apparmor-check"));
}

TEST(Features, ThatAreMissingAreNamed) {
    const std::vector<std::string> features = listFeatures({});
    EXPECT_TRUE(requireFeatures({}, features));
    EXPECT_TRUE(requireFeatures({"option:mounts", "network:none"}, features));
    const auto missing = requireFeatures({"option:mounts", "no\nsuch"}, features);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, ErrorCode::featureMissing);
    EXPECT_NE(missing.error().message.find("\"no\\x0asuch\""), std::string::npos) << missing.error().message;
}

} // namespace
} // namespace sandboxd::broker
