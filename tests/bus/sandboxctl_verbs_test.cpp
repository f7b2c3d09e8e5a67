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

    // The ids of this user's sandboxes, as soon as there are so many: a payload may run before its broker knows it.
    static std::vector<std::string> awaitIds(std::size_t wanted) {
        Connection connection;
        EXPECT_TRUE(connection.call(connection.method("Subscribe")).ok());
        std::vector<std::string> ids = listIds(connection);
        while (ids.size() < wanted) {
            connection.awaitSignal("SandboxNew");
            ids = listIds(connection);
        }
        return ids;
    }

    static std::vector<std::string> listIds(Connection& connection) {
        Message message = connection.method("ListSandboxes");
        appendDictionary(message.get(), {});
        const Reply reply = connection.call(std::move(message));
        must(sd_bus_message_enter_container(reply.message.get(), 'a', "(sosuta{sv})"), "enter");
        std::vector<std::string> ids;
        while (must(sd_bus_message_enter_container(reply.message.get(), 'r', "sosuta{sv}"), "enter") > 0) {
            const char* id = nullptr;
            must(sd_bus_message_read(reply.message.get(), "s", &id), "read id");
            ids.emplace_back(id);
            must(sd_bus_message_skip(reply.message.get(), "osuta{sv}"), "skip");
            must(sd_bus_message_exit_container(reply.message.get()), "exit");
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
    asUser(user_, [] { EXPECT_EQ(awaitIds(2).size(), 2U); });
    const Outcome listed = ctl({"list"});
    std::vector<std::string> arguments{"kill"};
    for (const std::string& line : linesOf(listed.output)) {
        const std::string word = line.substr(0, line.find(' '));
        if (word.size() == 26) {
            arguments.push_back(word);
        }
    }
    ASSERT_EQ(arguments.size(), 3U) << listed.output;
    EXPECT_EQ(ctl(arguments).status, 0);
    EXPECT_EQ(running_->finish().status, 128 + SIGTERM);
    EXPECT_EQ(second.finish().status, 128 + SIGTERM);
}

} // namespace
} // namespace sandboxd::bus_tests
