#include "environment.hpp"

#include <gtest/gtest.h>

namespace sandboxd::ctl {
namespace {

using Entries = std::vector<std::string>;

TEST(Environment, LeavesOutSecretsByName) {
    for (const char* name : {"GITHUB_TOKEN", "APP_SECRET", "DB_PASSWORD", "API_KEY", "SSH_AUTH_SOCK", "DBUS_X", "DBUS_",
                             "XDG_RUNTIME_DIR"}) {
        EXPECT_TRUE(isSecret(name)) << name;
        EXPECT_EQ(buildEnvironment({std::string(name) + "=x"}, false, {}), Entries{}) << name;
    }
}

TEST(Environment, KeepsNamesThatOnlyLookAlike) {
    for (const char* name :
         {"KEYBOARD", "TOKEN", "TOKENS", "PASSWORD_FILE", "SSH_AUTH_SOCKS", "XDG_RUNTIME_DIRS", "MYDBUS_X"}) {
        EXPECT_FALSE(isSecret(name)) << name;
    }
}

TEST(Environment, KeepsAllWhenAsked) {
    const Entries callers{"A_TOKEN=1", "PATH=/bin"};
    EXPECT_EQ(buildEnvironment(callers, true, {}), callers);
}

TEST(Environment, ChangesInTheirOrder) {
    EXPECT_EQ(buildEnvironment({"A=0", "B=0"}, false,
                               {SetVariable{"C", "1"}, ClearVariables{}, SetVariable{"A", "2"}, SetVariable{"D", "3"},
                                UnsetVariable{"A"}, SetVariable{"D", "4"}}),
              Entries{"D=4"});
}

TEST(Environment, SetsASecretThatIsGivenByName) {
    EXPECT_EQ(buildEnvironment({"A_KEY=old"}, false, {SetVariable{"A_KEY", "new"}}), Entries{"A_KEY=new"});
}

TEST(Environment, TakesTheFirstOfANameAndDropsWhatHasNone) {
    EXPECT_EQ(buildEnvironment({"A=1", "A=2", "=x", "none", "", "B="}, false, {}), (Entries{"A=1", "B="}));
}

} // namespace
} // namespace sandboxd::ctl
