// polkit that is not there: absent, without our actions, or killed during a check. Each needs a private system of its
// own (see run). Never an allowance.
#include "agent.hpp"
#include "bus_test.hpp"

#include <csignal>

namespace sandboxd::bus_tests {
namespace {

void expectUnavailable(const User& user) {
    asUser(user, [] {
        Connection connection;
        const Spawned spawned = connection.spawn(program({"/bin/true"}));
        EXPECT_EQ(spawned.error, "AuthorityUnavailable") << spawned.errorMessage;
    });
}

class NoPolkit : public RefusalTest {};

TEST_F(NoPolkit, MeansThatNobodyIsServed) {
    expectUnavailable(user_);
}

TEST_F(NoPolkit, StillLetsAUserSeeItsOwnSandboxes) {
    asUser(user_, [] {
        Connection connection;
        Message message = connection.method("ListSandboxes");
        appendDictionary(message.get(), {});
        EXPECT_EQ(connection.call(std::move(message)).error, "");
    });
}

class NoActions : public RefusalTest {};

TEST_F(NoActions, MeansThatNobodyIsServed) {
    expectUnavailable(user_);
}

// Its rules file asks for a password: rules.d of this run.
class PolkitDies : public RefusalTest {};

TEST_F(PolkitDies, DuringACheckAndTheCheckFails) {
    Line opened;
    Line answer;
    {
        UserProcess asker(user_, [&] {
            Connection connection;
            Connection agentConnection;
            Agent agent(agentConnection);
            SpawnRequest request = program({"/bin/true"});
            request.interactive = true;
            const std::uint64_t cookie = connection.sendSpawn(request);
            must(sd_bus_flush(connection.raw()), "flush");
            agent.awaitDialog();
            opened.say();
            const Spawned spawned = connection.awaitSpawn(cookie);
            EXPECT_EQ(spawned.error, "AuthorityUnavailable") << spawned.errorMessage;
        });
        EXPECT_EQ(opened.hear(), "go");
        kill(daemonPid("polkitd"), SIGKILL);
    }
    expectUnavailable(user_);
}

} // namespace
} // namespace sandboxd::bus_tests
