// Tests whose command lines of sandbox-bwrap are shell scripts, as those who call bubblewrap have them.
#pragma once

#include "bus_test.hpp"

#include <filesystem>

namespace sandboxd::bus_tests {

using Lines = std::vector<std::string>;

// Who builds the sandboxes of sandbox-bwrap: each script runs with both.
inline const auto engines = testing::Values("broker", "native");
inline std::string engineName(const testing::TestParamInfo<const char*>& info) {
    return info.param;
}

class BwrapScriptTest : public BusTest, public testing::WithParamInterface<const char*> {
protected:
    BwrapScriptTest() {
        if (GetParam() == std::string("native")) {
            environment_["DBUS_SYSTEM_BUS_ADDRESS"] = "unix:path=/nonexistent";
        }
        asUser(user_, [this] { std::filesystem::create_directories(directory_); });
    }

    // A script in a directory of the user's; $BWRAP is sandbox-bwrap.
    Outcome script(const std::string& text) const {
        return runAs(user_, Invocation{{"bash", "-c", text}, environment_, directory_});
    }

    // What the script wrote; expects that nothing went wrong.
    Lines lines(const std::string& text) const {
        const Outcome outcome = script(text);
        EXPECT_EQ(outcome.errors, "");
        EXPECT_EQ(outcome.status, 0);
        return linesOf(outcome.output);
    }

    const std::string directory_ = user_.home + "/work";
    std::map<std::string, std::string> environment_{{"BWRAP", built("client/frontends/bwrap/sandbox-bwrap")},
                                                    {"PATH", "/usr/bin:/bin"},
                                                    {"SANDBOXD_ENGINE", GetParam()}};
};

} // namespace sandboxd::bus_tests
