// Checks that take their time: dialogs of an agent, callers that go meanwhile.
#include "agent.hpp"
#include "bus_test.hpp"
#include "polkit_gate.hpp"

#include <unistd.h>

namespace sandboxd::bus_tests {
namespace {

class Dialog : public BusTest {
protected:
    Dialog() { nothingStarts(); }
    const Rules rules_{answerSpawnOf(user_.name, "AUTH_ADMIN")};
};

SpawnRequest interactive() {
    SpawnRequest request = program({"/bin/true"});
    request.interactive = true;
    return request;
}

TEST_F(Dialog, IsNotOpenedWithoutTheInteractiveFlag) {
    asUser(user_, [] {
        Connection connection;
        Connection agentConnection;
        Agent agent(agentConnection);
        EXPECT_EQ(connection.spawn(program({"/bin/true"})).error, "InteractiveAuthorizationRequired");
        EXPECT_FALSE(agent.dialogPending());
    });
}

TEST_F(Dialog, WithoutAnAgentNobodyCanAnswer) {
    asUser(user_, [] {
        const std::string error = Connection().spawn(interactive()).error;
        EXPECT_TRUE(error == "AccessDenied" || error == "InteractiveAuthorizationRequired") << error;
    });
}

TEST_F(Dialog, IsOpenedWithTheFlagAndItsCancelIsToldApart) {
    asUser(user_, [] {
        Connection connection;
        Connection agentConnection;
        Agent agent(agentConnection);
        const std::uint64_t cookie = connection.sendSpawn(interactive());
        EXPECT_EQ(agent.awaitDialog(), "org.sandboxd1.spawn");
        agent.cancel();
        EXPECT_EQ(connection.awaitSpawn(cookie).error, "AuthenticationDismissed");
    });
}

TEST_F(Dialog, ASecondOneOfTheSameUserIsBusy) {
    asUser(user_, [] {
        Connection connection;
        Connection agentConnection;
        Agent agent(agentConnection);
        const std::uint64_t first = connection.sendSpawn(interactive());
        agent.awaitDialog();
        EXPECT_EQ(connection.spawn(interactive()).error, "Busy");
        agent.cancel();
        EXPECT_EQ(connection.awaitSpawn(first).error, "AuthenticationDismissed");
    });
}

TEST_F(Dialog, S50_IsTakenBackWhenItsCallerGoes) {
    asUser(user_, [] {
        Connection agentConnection;
        Agent agent(agentConnection);
        {
            Connection connection;
            connection.sendSpawn(interactive());
            must(sd_bus_flush(connection.raw()), "flush");
            agent.awaitDialog();
        }
        agent.awaitWithdrawal();
    });
}

TEST_F(Dialog, IsTakenBackWhenTheLifelineCloses) {
    asUser(user_, [] {
        Connection agentConnection;
        Agent agent(agentConnection);
        Connection connection;
        Pipe lifeline;
        SpawnRequest request = interactive();
        request.with("lifetime", text("fd")).with("lifeline", descriptor(lifeline.readEnd.get()));
        const std::uint64_t cookie = connection.sendSpawn(request);
        must(sd_bus_flush(connection.raw()), "flush");
        agent.awaitDialog();
        lifeline.writeEnd.reset();
        agent.awaitWithdrawal();
        EXPECT_NE(connection.awaitSpawn(cookie).error, "");
    });
}

class PendingCheck : public BusTest {
protected:
    PendingCheck() { nothingStarts(); }
};

TEST_F(PendingCheck, S50_OfACallerThatDiesLeavesNothing) {
    const PolkitGate gate(user_.name);
    Line sent;
    UserProcess asker(user_, [&] {
        Connection connection;
        connection.sendSpawn(program({"/bin/sleep", "1000"}));
        must(sd_bus_flush(connection.raw()), "flush");
        sent.say();
        pause();
    });
    EXPECT_EQ(sent.hear(), "go");
    asker.kill();
}

} // namespace
} // namespace sandboxd::bus_tests
