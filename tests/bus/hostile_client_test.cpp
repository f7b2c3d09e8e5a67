// Clients that are hostile to the broker itself: numbers, disconnects and descriptors that could crash it, stop it, or
// make it grow. That it did not crash is checked by the end of every test.
#include "bus_test.hpp"
#include "polkit_gate.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <limits>
#include <optional>

namespace sandboxd::bus_tests {
namespace {

class HostileClient : public BusTest {};

constexpr std::uint64_t endless = std::numeric_limits<std::uint64_t>::max();

SpawnRequest sleeper() {
    return program({"/bin/sleep", "1000"});
}

TEST_F(HostileClient, TimesBeyondEveryClockAreTimesThatNeverCome) {
    asUser(user_, [] {
        Connection connection;
        for (const std::uint64_t usec : {endless, endless / 2, endless / 2 + 1}) {
            const Spawned spawned =
                connection.spawn(program({"/bin/true"}).with("start-timeout-usec", bigNumber(usec)));
            EXPECT_EQ(spawned.error, "") << usec;
        }
        const Spawned spawned = connection.spawn(sleeper());
        Connection waiting;
        Message wait = waiting.method("Wait", spawned.path, Connection::sandboxInterface);
        must(sd_bus_message_append(wait.get(), "t", endless), "append");
        const std::uint64_t cookie = waiting.send(std::move(wait));
        Message terminate = connection.method("Terminate", spawned.path, Connection::sandboxInterface);
        must(sd_bus_message_append(terminate.get(), "t", endless), "append");
        EXPECT_TRUE(connection.call(std::move(terminate)).ok());
        EXPECT_TRUE(waiting.awaitReply(cookie).ok());
    });
}

TEST_F(HostileClient, S50_ThatVanishesAtAnyMomentOfItsRequestLeavesNothing) {
    for (int round = 0; round < 40; ++round) {
        const User user = freshUser();
        UserProcess::unchanged([&] {
            becomeUser(user);
            Connection watching;
            Pipe lifeline;
            {
                Connection vanishing;
                for (int count = 0; count < 8; ++count) {
                    SpawnRequest request = sleeper();
                    request.with("lifeline", descriptor(lifeline.readEnd.get()));
                    vanishing.sendSpawn(request);
                }
                must(sd_bus_flush(vanishing.raw()), "flush");
                // Round trips of another connection: as many turns of the broker's loop.
                for (int turn = 0; turn < round; ++turn) {
                    watching.property(Connection::managerPath, Connection::managerInterface, "Version");
                }
            }
            lifeline.writeEnd.reset();
        }).finish();
    }
}

TEST_F(HostileClient, S50_ThatVanishesWhilePolkitAnswersLeavesNothing) {
    for (int round = 0; round < 10; ++round) {
        const User user = freshUser();
        std::optional<PolkitGate> gate(user.name);
        Line sent;
        UserProcess client(user, [&] {
            Connection connection;
            for (int count = 0; count < 16; ++count) {
                connection.sendSpawn(sleeper());
            }
            connection.signalsSoFar();
            sent.say();
            pause();
        });
        EXPECT_EQ(sent.hear(), "go");
        gate.reset();
        client.kill();
    }
}

TEST_F(HostileClient, WaitsOfAConnectionThatIsGoneAreForgotten) {
    Line path;
    Line flooded;
    UserProcess owner(user_, [&] {
        Connection connection;
        const Spawned spawned = connection.spawn(sleeper());
        path.say(spawned.path);
        EXPECT_EQ(flooded.hear(), "go");
    });
    const std::string sandbox = path.hear();
    const std::size_t before = descriptorsOf(daemonPid("broker")).size();
    asUser(user_, [&] {
        for (int count = 0; count < 20; ++count) {
            Connection vanishing;
            for (int wait = 0; wait < 16; ++wait) {
                Message message = vanishing.method("Wait", sandbox, Connection::sandboxInterface);
                must(sd_bus_message_append(message.get(), "t", std::uint64_t{0}), "append");
                vanishing.send(std::move(message));
            }
            vanishing.signalsSoFar();
        }
        // Each is answered or forgotten: a seventeenth of one connection would be Busy, a first of a new one is not.
        Connection last;
        EXPECT_EQ(last.wait(sandbox, 1).error, "Busy");
    });
    EXPECT_LE(descriptorsOf(daemonPid("broker")).size(), before + 2);
    flooded.say();
}

// Closing the last descriptor of it takes as long as the peer does not read: ten minutes, by SO_LINGER.
UniqueFd lingeringSocket(UniqueFd& peer) {
    const UniqueFd listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    must(bind(listener.get(), reinterpret_cast<sockaddr*>(&address), size), "bind");
    must(listen(listener.get(), 1), "listen");
    must(getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
    UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    must(connect(fd.get(), reinterpret_cast<sockaddr*>(&address), size), "connect");
    peer.reset(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    const linger patience{1, 600};
    must(setsockopt(fd.get(), SOL_SOCKET, SO_LINGER, &patience, sizeof patience), "linger");
    const std::string block(1 << 16, 'x');
    while (send(fd.get(), block.data(), block.size(), MSG_DONTWAIT) > 0) {
    }
    return fd;
}

// The broker gets the last descriptor of such a socket, in a message that nothing of it takes: it stands still until
// everybody else has closed theirs. Then another user is served.
void expectServedBeside(const User& user, const std::string& member, const std::string& interface) {
    UniqueFd peer;
    UniqueFd socket = lingeringSocket(peer);
    const pid_t broker = daemonPid("broker");
    must(kill(broker, SIGSTOP), "stop");
    asUser(user, [&] {
        Connection connection;
        const Message message = connection.method(member, Connection::managerPath, interface);
        must(sd_bus_message_append(message.get(), "h", socket.get()), "append");
        must(sd_bus_send(connection.raw(), message.get(), nullptr), "send");
        must(sd_bus_flush(connection.raw()), "flush");
    });
    socket.reset();
    must(kill(broker, SIGCONT), "continue");
    asUser(freshUser(), [] { EXPECT_EQ(Connection().spawn(program({"/bin/true"})).error, ""); });
}

TEST_F(HostileClient, S31_ADescriptorWhoseCloseLingersStopsNobodyElse) {
    expectServedBeside(user_, "NoSuchMethod", Connection::managerInterface);
    expectServedBeside(user_, "Subscribe", Connection::managerInterface);
    expectServedBeside(user_, "GetSandboxByPIDFD", Connection::managerInterface);
    expectServedBeside(user_, "Ping", "org.freedesktop.DBus.Peer");
}

TEST_F(HostileClient, QuestionsAboutOthersSandboxesTakeNoPlaceOfOtherUsers) {
    const User other = freshUser();
    Line flooded;
    Line end;
    UserProcess flood(user_, [&] {
        Connection connection;
        for (int count = 0; count < 120; ++count) {
            Message message = connection.method("ListSandboxes");
            appendDictionary(message.get(), {{"all", boolean(true)}});
            connection.send(std::move(message));
        }
        flooded.say();
        EXPECT_EQ(end.hear(), "go");
    });
    EXPECT_EQ(flooded.hear(), "go");
    asUser(other, [] { EXPECT_EQ(Connection().spawn(program({"/bin/true"})).error, ""); });
    end.say();
}

} // namespace
} // namespace sandboxd::bus_tests
