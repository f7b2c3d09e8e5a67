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

} // namespace
} // namespace sandboxd::bus_tests
