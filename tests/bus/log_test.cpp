// The broker's log: one line for each decision, with its fields, and no caller's text unescaped.
#include "bus_test.hpp"

#include <algorithm>

namespace sandboxd::bus_tests {
namespace {

class Log : public BusTest {
protected:
    std::string uidField() const { return "CALLER_UID=" + std::to_string(user_.uid); }
};

TEST_F(Log, HasOneLineForASandboxThatWasStarted) {
    LogTail log;
    std::string id;
    Line line;
    asUser(user_, [&] { line.say(Connection().spawn(program({"/bin/true"})).id); });
    id = line.hear();
    log.awaitLine({uidField(), "SANDBOX_ID=" + id, "ACTION=org.sandboxd1.spawn", "VERDICT=allowed"});
    const auto lines = log.linesWith(uidField());
    EXPECT_EQ(std::count_if(lines.begin(), lines.end(),
                            [](const std::string& each) { return each.find("VERDICT=") != std::string::npos; }),
              1);
}

TEST_F(Log, HasOneLineForARefusalOfPolkit) {
    const Rules rules(answerSpawnOf(user_.name, "NO"));
    LogTail log;
    asUser(user_, [] { EXPECT_EQ(Connection().spawn(program({"/bin/true"})).error, "AccessDenied"); });
    log.awaitLine({uidField(), "ACTION=org.sandboxd1.spawn", "VERDICT=refused", "REASON="});
    EXPECT_EQ(log.linesWith(uidField()).size(), 1U);
}

TEST_F(Log, HasOneLineForABadRequest) {
    LogTail log;
    asUser(user_, [] { Connection().spawn(program({"/bin/true"}).with("no-such-key", text(""))); });
    log.awaitLine({uidField(), "VERDICT=", "REASON="});
    EXPECT_EQ(log.linesWith(uidField()).size(), 1U);
}

TEST_F(Log, NeverHoldsTextOfACallerUnescaped) {
    LogTail log;
    asUser(user_, [] {
        Connection connection;
        const std::string forged = "x\nVERDICT=forged SANDBOX_ID=forged\x1b[31m\xe2\x80\xae";
        connection.spawn(program({forged}));
        connection.spawn(program({"/bin/true"}).with(forged, text("")));
        connection.spawn(program({"/bin/true"}).with("hostname", text(forged)));
        connection.spawn(program({"/bin/true"}).with("cwd", bytes(forged)));
        connection.spawn(program({"/bin/true"}).with("description", text(forged)));
    });
    log.awaitLine({uidField(), "VERDICT="});
    for (const std::string& line : log.linesWith("")) {
        EXPECT_NE(line.rfind("VERDICT=forged", 0), 0U) << line;
        EXPECT_TRUE(std::all_of(line.begin(), line.end(), [](char byte) { return byte >= ' ' && byte <= '~'; }))
            << line;
    }
}

} // namespace
} // namespace sandboxd::bus_tests
