// What polkit decides, with the real polkitd and rules files: allowed, denied, by group, by detail; every detail is
// there.
#include "bus_test.hpp"

namespace sandboxd::bus_tests {
namespace {

class Polkit : public BusTest {
protected:
    std::string spawnError(const SpawnRequest& request = program({"/bin/true"})) const {
        Line answer;
        asUser(user_, [&] { answer.say(Connection().spawn(request).error); });
        return answer.hear();
    }
};

TEST_F(Polkit, AllowsByDefault) {
    EXPECT_EQ(spawnError(), "");
}

TEST_F(Polkit, AllowsByARule) {
    const Rules rules(answerSpawnOf(user_.name, "YES"));
    EXPECT_EQ(spawnError(), "");
}

TEST_F(Polkit, DeniesByARule) {
    const Rules rules(answerSpawnOf(user_.name, "NO"));
    EXPECT_EQ(spawnError(), "AccessDenied");
}

TEST_F(Polkit, ARuleForOneUserLeavesOthersAlone) {
    const Rules rules(answerSpawnOf("somebody-else", "NO"));
    EXPECT_EQ(spawnError(), "");
}

TEST_F(Polkit, AnswersAgainWhenTheRulesChange) {
    Line go;
    Line answer;
    UserProcess asker(user_, [&] {
        Connection connection; // one connection for all: a decision must not outlive the rule
        for (int round = 0; round < 3; ++round) {
            EXPECT_EQ(go.hear(), "go");
            answer.say(connection.spawn(program({"/bin/true"})).error);
        }
    });
    go.say();
    EXPECT_EQ(answer.hear(), "");
    {
        const Rules rules(answerSpawnOf(user_.name, "NO"));
        go.say();
        EXPECT_EQ(answer.hear(), "AccessDenied");
    }
    go.say();
    EXPECT_EQ(answer.hear(), "");
}

TEST_F(Polkit, DeniesOneGroup) {
    const User member = freshUser({"bus-test-refused"});
    const Rules rules("if (subject.isInGroup(\"bus-test-refused\")) return polkit.Result.NO;");
    asUser(member, [] { EXPECT_EQ(Connection().spawn(program({"/bin/true"})).error, "AccessDenied"); });
    EXPECT_EQ(spawnError(), "");
}

TEST_F(Polkit, DeniesTheCallersNetworkByItsDetail) {
    const Rules rules("if (detail(\"network\") == \"host\") return polkit.Result.NO;");
    EXPECT_EQ(spawnError(program({"/bin/true"}).with("network", text("host"))), "AccessDenied");
    EXPECT_EQ(spawnError(program({"/bin/true"}).with("network", text("loopback"))), "");
}

TEST_F(Polkit, DeniesOneProgramByItsDetail) {
    const Rules rules("if (detail(\"program\") == \"/bin/false\") return polkit.Result.NO;");
    EXPECT_EQ(spawnError(program({"/bin/false"})), "AccessDenied");
    EXPECT_EQ(spawnError(program({"/bin/true"})), "");
}

TEST_F(Polkit, DeniesWritablePathsByTheirDetail) {
    const Rules rules(
        "if (detail(\"writable\") == \"paths\" || detail(\"writable\") == \"home\") return polkit.Result.NO;");
    EXPECT_EQ(spawnError(program({"/bin/true"}).mounting(bindWritable(user_.home, "/data"))), "AccessDenied");
    EXPECT_EQ(spawnError(program({"/bin/true"}).mounting(bindReadOnly(user_.home, "/data"))), "");
}

TEST_F(Polkit, GetsEveryDetailInEveryCheck) {
    const Rules rules(R"(
        var keys = ["profile", "program", "program-trusted", "command-line", "namespaces", "identity", "capabilities",
                    "network", "devices", "writable", "seccomp", "lifetime", "limits", "running", "caller-label",
                    "needs", "api"];
        for (var i = 0; i < keys.length; ++i) if (detail(keys[i]) === undefined) return polkit.Result.NO;)");
    EXPECT_EQ(spawnError(), "");
}

TEST_F(Polkit, GetsTheDocumentedValues) {
    const Rules rules(R"(
        var expected = {"program": "/bin/true", "program-trusted": "no", "identity": "mapped", "network": "loopback",
                        "writable": "private", "seccomp": "default", "lifetime": "call", "limits": "default",
                        "running": "0", "needs": "org.sandboxd1.spawn"};
        for (var key in expected) if (detail(key) != expected[key]) {
            polkit.log("bus-test: " + key + " is " + detail(key));
            return polkit.Result.NO;
        })");
    EXPECT_EQ(spawnError(program({"/bin/true"}).with("network", text("loopback"))), "");
}

TEST_F(Polkit, GetsHostileTextAsOneSafeLine) {
    const Rules rules(R"(
        if (detail("command-line").match(/[^\x20-\x7e]/) || detail("command-line").length > 260 ||
            detail("program").match(/[^\x20-\x7e]/)) return polkit.Result.NO;)");
    SpawnRequest request = program({"/bin/true", "\x1b[31m<b>", "line\nbreak", std::string(1000, 'x'), "\xe2\x80\xae"});
    EXPECT_EQ(spawnError(request), "");
    // Allowed by polkit, then not found: the rule has passed.
    EXPECT_EQ(spawnError(program({"/bin/no\nsuch"})), "ExecFailed");
}

TEST_F(Polkit, NothingIsToldBeforeItsAnswer) {
    const Rules rules(answerSpawnOf(user_.name, "NO"));
    // A source that is missing and one that exists give the same refusal.
    EXPECT_EQ(spawnError(program({"/bin/true"}).mounting(bindReadOnly("/no/such", "/t"))), "AccessDenied");
    EXPECT_EQ(spawnError(program({"/bin/true"}).mounting(bindReadOnly("/etc", "/t"))), "AccessDenied");
    EXPECT_EQ(spawnError(program({"/no/such"})), "AccessDenied");
}

TEST_F(Polkit, DecidesWhoListsEverybodys) {
    const User other = freshUser();
    const auto list = [](Connection& connection) {
        Message message = connection.method("ListSandboxes");
        appendDictionary(message.get(), {{"all", boolean(true)}});
        return shortError(connection.call(std::move(message)).error);
    };
    asUser(other, [&] {
        Connection connection;
        EXPECT_EQ(list(connection), "InteractiveAuthorizationRequired");
    });
    const Rules rules("if (action.id == \"org.sandboxd1.manage-others\" && subject.user == \"" + other.name +
                      "\") return polkit.Result.YES;");
    asUser(other, [&] {
        Connection connection;
        EXPECT_EQ(list(connection), "");
    });
}

} // namespace
} // namespace sandboxd::bus_tests
