// What happens to a request while polkit thinks about it: files go, its time runs out.
#include "bus_test.hpp"
#include "polkit_gate.hpp"

#include <filesystem>
#include <fstream>

namespace sandboxd::bus_tests {
namespace {

class PendingRequest : public RefusalTest {};

TEST_F(PendingRequest, WhoseSourceVanishesIsRefusedByName) {
    const std::string source = user_.home + "/source";
    asUser(user_, [&] { std::ofstream(source) << "content"; });
    PolkitGate gate(user_.name);
    UserProcess asker(user_, [&] {
        SpawnRequest request = program({"/bin/true"});
        const std::string index = std::to_string(request.mounts.size());
        Connection connection;
        const Spawned spawned = connection.spawn(request.mounting(bindReadOnly(source, "/t")));
        EXPECT_EQ(spawned.error, "SetupFailed");
        EXPECT_EQ(spawned.errorMessage, "setup: mounts: operation " + index + ": cannot open the source \"" + source +
                                            "\": No such file or directory");
    });
    gate.awaitArrival();
    std::filesystem::remove(source);
    gate.open();
}

TEST_F(PendingRequest, EndsWhenItsStartTimeoutIsOver) {
    const PolkitGate gate(user_.name); // opens only behind the answer
    asUser(user_, [] {
        Connection connection;
        const Spawned spawned = connection.spawn(program({"/bin/true"}).with("start-timeout-usec", bigNumber(200'000)));
        EXPECT_EQ(spawned.error, "SetupFailed");
        EXPECT_EQ(spawned.errorMessage, "start-timeout-usec: the sandbox did not start in time");
    });
}

} // namespace
} // namespace sandboxd::bus_tests
