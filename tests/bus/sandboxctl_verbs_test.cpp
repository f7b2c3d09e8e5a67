// sandboxctl list, show, kill and wait on a sandbox that another sandboxctl runs.
#include "bus_test.hpp"

#include <csignal>
#include <memory>

namespace sandboxd::bus_tests {
namespace {

class Verbs : public BusTest {
protected:
    // A sandbox of `user_`, running until it is killed.
    void SetUp() override {
        running_ = std::make_unique<Program>(
            user_,
            Invocation{{"sandboxctl", "run", "--", "sh", "-c", "echo ready; while :; do sleep 0.1; done"}, {}, ""});
        running_->awaitOutput("ready");
        asUser(user_, [this] { id_.say(awaitIds(1).front()); });
        sandbox_ = id_.hear();
    }

    void TearDown() override {
        running_.reset();
        BusTest::TearDown();
    }

    static std::vector<std::string> listedIds(Connection& connection) {
        Message message = connection.method("ListSandboxes");
        appendDictionary(message.get(), {});
        const Reply reply = connection.call(std::move(message));
        std::vector<std::string> ids;
        must(sd_bus_message_enter_container(reply.message.get(), 'a', "(sosuta{sv})"), "enter");
        while (sd_bus_message_enter_container(reply.message.get(), 'r', "sosuta{sv}") > 0) {
            const char* id = nullptr;
            must(sd_bus_message_read(reply.message.get(), "s", &id), "read id");
            ids.emplace_back(id);
            must(sd_bus_message_skip(reply.message.get(), "osuta{sv}"), "skip");
            must(sd_bus_message_exit_container(reply.message.get()), "exit");
        }
        return ids;
    }

    // This user's sandboxes, as soon as there are `count`: a payload can speak before its sandbox is in the list.
    static std::vector<std::string> awaitIds(std::size_t count) {
        Connection connection;
        EXPECT_TRUE(connection.call(connection.method("Subscribe")).ok());
        std::vector<std::string> ids = listedIds(connection);
        while (ids.size() < count) {
            connection.awaitSignal("SandboxNew");
            ids = listedIds(connection);
        }
        return ids;
    }

    Outcome ctl(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), "sandboxctl");
        return runAs(user_, arguments);
    }

    Line id_;
    std::string sandbox_;
    std::unique_ptr<Program> running_;
};

TEST_F(Verbs, ListNamesTheSandbox) {
    const Outcome outcome = ctl({"list"});
    EXPECT_EQ(outcome.status, 0) << outcome.errors;
    EXPECT_NE(outcome.output.find(sandbox_), std::string::npos) << outcome.output;
    EXPECT_NE(outcome.output.find("running"), std::string::npos) << outcome.output;
}

TEST_F(Verbs, ListOfAnotherUserDoesNot) {
    const Outcome outcome = runAs(freshUser(), {"sandboxctl", "list"});
    EXPECT_EQ(outcome.status, 0) << outcome.errors;
    EXPECT_EQ(outcome.output.find(sandbox_), std::string::npos) << outcome.output;
}

TEST_F(Verbs, ShowTellsItsProperties) {
    const Outcome outcome = ctl({"show", sandbox_});
    EXPECT_EQ(outcome.status, 0) << outcome.errors;
    for (const char* text : {"running", "mapped", "loopback"}) {
        EXPECT_NE(outcome.output.find(text), std::string::npos) << outcome.output;
    }
}

TEST_F(Verbs, KillEndsIt) {
    EXPECT_EQ(ctl({"kill", sandbox_}).status, 0);
    EXPECT_EQ(running_->finish().status, 128 + SIGTERM);
}

TEST_F(Verbs, KillTakesASignal) {
    EXPECT_EQ(ctl({"kill", "--signal", "USR1", sandbox_}).status, 0);
    EXPECT_EQ(running_->finish().status, 128 + SIGUSR1);
}

TEST_F(Verbs, WaitEndsWithItsStatus) {
    Program waiting(user_, Invocation{{"sandboxctl", "wait", sandbox_}, {}, ""});
    EXPECT_EQ(ctl({"kill", "--signal", "9", sandbox_}).status, 0);
    EXPECT_EQ(waiting.finish().status, 128 + SIGKILL);
}

TEST_F(Verbs, AnUnknownIdIsOneLine) {
    for (const char* verb : {"show", "kill", "wait"}) {
        const Outcome outcome = ctl({verb, "aaaaaaaaaaaaaaaaaaaaaaaaaa"});
        EXPECT_NE(outcome.status, 0) << verb;
        EXPECT_EQ(linesOf(outcome.errors).size(), 1U) << outcome.errors;
        EXPECT_NE(outcome.errors.find("aaaaaaaaaaaaaaaaaaaaaaaaaa"), std::string::npos) << outcome.errors;
    }
}

TEST_F(Verbs, AnotherUserCannotTellItFromNone) {
    const User stranger = freshUser();
    for (const char* verb : {"show", "kill", "wait"}) {
        const Outcome known = runAs(stranger, {"sandboxctl", verb, sandbox_});
        const Outcome unknown = runAs(stranger, {"sandboxctl", verb, "aaaaaaaaaaaaaaaaaaaaaaaaaa"});
        EXPECT_EQ(known.status, unknown.status) << verb;
        std::string errors = known.errors;
        const std::size_t at = errors.find(sandbox_);
        ASSERT_NE(at, std::string::npos) << errors;
        EXPECT_EQ(errors.replace(at, sandbox_.size(), "aaaaaaaaaaaaaaaaaaaaaaaaaa"), unknown.errors) << verb;
    }
}

TEST_F(Verbs, SeveralAtOnceAreKilled) {
    Program second(user_, Invocation{{"sandboxctl", "run", "--", "sh", "-c", "echo ready; sleep 1000"}, {}, ""});
    second.awaitOutput("ready");
    asUser(user_, [this] {
        for (const std::string& id : awaitIds(2)) {
            id_.say(id);
        }
    });
    const std::vector<std::string> arguments{"kill", id_.hear(), id_.hear()};
    EXPECT_EQ(ctl(arguments).status, 0);
    EXPECT_EQ(running_->finish().status, 128 + SIGTERM);
    EXPECT_EQ(second.finish().status, 128 + SIGTERM);
}

// Of one more user than the fixture's.
class KillAll : public Verbs {
protected:
    void SetUp() override {
        Verbs::SetUp();
        others_ = std::make_unique<Program>(
            other_,
            Invocation{{"sandboxctl", "run", "--", "sh", "-c", "echo ready; while :; do sleep 0.1; done"}, {}, ""});
        others_->awaitOutput("ready");
        asUser(other_, [] { (void)awaitIds(1); });
    }

    void TearDown() override {
        others_.reset();
        Verbs::TearDown();
    }

    // Only what still runs can end so.
    void expectOthersStillRuns() {
        EXPECT_EQ(runAs(other_, {"sandboxctl", "kill", "--all", "--signal", "USR2"}).status, 0);
        EXPECT_EQ(others_->finish().status, 128 + SIGUSR2);
    }

    static Outcome asRoot(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), "sandboxctl");
        User root;
        root.name = "root";
        root.home = "/";
        return runAs(root, arguments);
    }

    const User other_ = freshUser();
    std::unique_ptr<Program> others_;
};

TEST_F(KillAll, EndsEverySandboxOfTheCallerAndNoOther) {
    Program second(user_, Invocation{{"sandboxctl", "run", "--", "sh", "-c", "echo ready; sleep 1000"}, {}, ""});
    asUser(user_, [] { (void)awaitIds(2); });
    const Outcome outcome = ctl({"kill", "--all"});
    EXPECT_EQ(outcome.status, 0) << outcome.errors;
    EXPECT_EQ(running_->finish().status, 128 + SIGTERM);
    EXPECT_EQ(second.finish().status, 128 + SIGTERM);
    expectOthersStillRuns();
}

TEST_F(KillAll, IsNoErrorWhereNothingRuns) {
    const Outcome outcome = runAs(freshUser(), {"sandboxctl", "kill", "--all"});
    EXPECT_EQ(outcome.status, 0) << outcome.errors;
    EXPECT_EQ(outcome.errors, "");
    expectOthersStillRuns();
}

TEST_F(KillAll, OfRootIsEverybodys) {
    EXPECT_EQ(asRoot({"kill", "--all", "--signal", "USR1"}).status, 0);
    EXPECT_EQ(running_->finish().status, 128 + SIGUSR1);
    EXPECT_EQ(others_->finish().status, 128 + SIGUSR1);
}

TEST_F(KillAll, OfAUserByNameAndByNumber) {
    EXPECT_EQ(asRoot({"kill", "--user", user_.name}).status, 0);
    EXPECT_EQ(running_->finish().status, 128 + SIGTERM);
    EXPECT_EQ(asRoot({"kill", "--all", "--user", std::to_string(other_.uid), "-s", "USR2"}).status, 0);
    EXPECT_EQ(others_->finish().status, 128 + SIGUSR2);
}

TEST_F(KillAll, OfOneselfByNameAsksNobody) {
    EXPECT_EQ(ctl({"kill", "--user", user_.name}).status, 0);
    EXPECT_EQ(running_->finish().status, 128 + SIGTERM);
}

TEST_F(KillAll, OfAnotherUserIsForPolkitToAllow) {
    const Outcome refused = ctl({"kill", "--user", other_.name});
    EXPECT_EQ(refused.status, 125);
    EXPECT_EQ(linesOf(refused.errors).size(), 1U) << refused.errors;
    const Rules rules("if (action.id == \"org.sandboxd1.manage-others\" && subject.user == \"" + user_.name +
                      "\") return polkit.Result.YES;");
    EXPECT_EQ(ctl({"kill", "--user", other_.name, "-s", "USR1"}).status, 0);
    EXPECT_EQ(others_->finish().status, 128 + SIGUSR1);
}

TEST_F(KillAll, NamesAUserThatDoesNotExist) {
    const Outcome outcome = ctl({"kill", "--user", "no-such-user"});
    EXPECT_EQ(outcome.status, 125);
    EXPECT_NE(outcome.errors.find("no-such-user"), std::string::npos) << outcome.errors;
}

} // namespace
} // namespace sandboxd::bus_tests
