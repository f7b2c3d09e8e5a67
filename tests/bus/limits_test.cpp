// Ceilings for one user: refused requests, requests at once, running sandboxes; others do not notice.
#include "bus_test.hpp"
#include "polkit_gate.hpp"

#include <algorithm>

namespace sandboxd::bus_tests {
namespace {

class Limits : public BusTest {};

TEST_F(Limits, RefusedRequestsAreRateLimitedForTheirUserAlone) {
    nothingStarts();
    asUser(user_, [] {
        Connection connection;
        std::string error;
        int asked = 0;
        for (; asked < 40 && error != "RateLimited"; ++asked) {
            error = connection.spawn(program({"/bin/true"}).with("no-such-key", text(""))).error;
        }
        EXPECT_EQ(error, "RateLimited");
        EXPECT_GE(asked, 25) << "the burst is smaller than documented";
        EXPECT_EQ(connection.spawn(program({"/bin/true"})).error, "RateLimited") << "good ones wait as well";
    });
    asUser(freshUser(), [] { EXPECT_EQ(Connection().spawn(program({"/no/such"})).error, "ExecFailed"); });
}

TEST_F(Limits, SuccessfulRequestsAreNotRateLimited) {
    asUser(user_, [] {
        Connection connection;
        for (int count = 0; count < 40; ++count) {
            const Spawned spawned = connection.spawn(program({"/bin/true"}));
            ASSERT_EQ(spawned.error, "") << count << ": " << spawned.errorMessage;
            connection.wait(spawned.path);
        }
    });
}

// 16 in setup and 256 behind them; the bus lets 128 calls of a connection be unanswered.
TEST_F(Limits, MoreThanTheQueueHoldsAreRefusedAtOnceAndTheRestGoesWithItsCaller) {
    nothingStarts();
    const PolkitGate gate(user_.name);
    asUser(user_, [] {
        std::vector<Connection> connections(3);
        std::vector<std::uint64_t> last;
        for (int count = 0; count < 273 - 2 * 120; ++count) {
            last.push_back(0);
        }
        for (std::size_t index = 0; index < 2; ++index) {
            for (int count = 0; count < 120; ++count) {
                connections[index].sendSpawn(program({"/bin/true"}));
            }
            connections[index].signalsSoFar(); // a round trip: the broker has them all
        }
        for (std::uint64_t& cookie : last) {
            cookie = connections[2].sendSpawn(program({"/bin/true"}));
        }
        const Spawned refused = connections[2].awaitSpawn(last.back());
        EXPECT_EQ(refused.error, "LimitsExceeded") << refused.errorMessage;
    });
}

TEST_F(Limits, AFullUserDoesNotStopAnother) {
    nothingStarts();
    const User other = freshUser();
    const PolkitGate gate(user_.name);
    Line sent;
    Line end;
    UserProcess full(user_, [&] {
        Connection connection;
        for (int count = 0; count < 40; ++count) {
            connection.sendSpawn(program({"/bin/true"}));
        }
        connection.signalsSoFar();
        sent.say();
        EXPECT_EQ(end.hear(), "go");
    });
    EXPECT_EQ(sent.hear(), "go");
    asUser(other, [] {
        Connection connection;
        // polkitd itself stands still for everybody; what the broker decides alone is answered.
        EXPECT_EQ(connection.spawn(program({"/bin/true"}).with("no-such-key", text(""))).error, "UnknownOption");
    });
    end.say();
}

TEST_F(Limits, MoreThan256RunningAreRefused) {
    asUser(user_, [] {
        Connection connection;
        const auto small = [] {
            SpawnRequest request;
            request.argv = {"/bin/sleep", "1000"};
            for (const char* directory : {"/usr", "/bin", "/lib", "/lib64"}) {
                request.mounting(bindReadOnly(directory, directory));
            }
            return request;
        };
        std::deque<std::uint64_t> pending;
        for (int count = 0; count < 256; ++count) {
            pending.push_back(connection.sendSpawn(small()));
            if (pending.size() == 8) {
                const Spawned spawned = connection.awaitSpawn(pending.front());
                ASSERT_EQ(spawned.error, "") << count << ": " << spawned.errorMessage;
                pending.pop_front();
            }
        }
        for (const std::uint64_t cookie : pending) {
            ASSERT_EQ(connection.awaitSpawn(cookie).error, "");
        }
        EXPECT_EQ(connection.spawn(small()).error, "LimitsExceeded");
    });
}

} // namespace
} // namespace sandboxd::bus_tests
