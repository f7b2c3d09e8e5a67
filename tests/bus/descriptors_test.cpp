// Descriptors of a request: how many, which index, the same one twice, and that the broker keeps none of them.
#include "bus_test.hpp"
#include "raw_connection.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

namespace sandboxd::bus_tests {
namespace {

class Descriptors : public BusTest {};
class BadDescriptors : public RefusalTest {};

// The answer to a request whose descriptors are in order: its command, which is nowhere, came next.
constexpr const char* understood =
    "org.sandboxd1.Error.ExecFailed: argv: cannot execute \"/x\": No such file or directory";

UniqueFd openNull() {
    return UniqueFd(open("/dev/null", O_RDONLY | O_CLOEXEC));
}

TEST_F(Descriptors, S78_SixteenArriveUnderTheirNumbers) {
    asUser(user_, [] {
        Connection connection;
        Pipe output;
        const UniqueFd null = openNull();
        SpawnRequest request = shell("exec ls /proc/self/fd");
        request.giving(1, output.writeEnd.get());
        for (std::uint32_t number = 10; number < 25; ++number) {
            request.giving(number, null.get());
        }
        const Spawned spawned = connection.spawn(request);
        ASSERT_EQ(spawned.error, "") << spawned.errorMessage;
        const std::vector<std::string> names = linesOf(output.read());
        // 0 to 2, the fifteen, and the directory that ls reads.
        EXPECT_EQ(names.size(), 3U + 15U + 1U);
        for (int number = 10; number < 25; ++number) {
            EXPECT_NE(std::find(names.begin(), names.end(), std::to_string(number)), names.end()) << number;
        }
    });
}

TEST_F(Descriptors, S78_WithoutAnyTheStandardOnesAreDevNull) {
    asUser(user_, [] {
        Connection connection;
        const Spawned spawned = connection.spawn(
            shell("for f in 0 1 2; do [ \"$(readlink /proc/$$/fd/$f)\" = /dev/null ] || exit 1; done"));
        ASSERT_EQ(spawned.error, "") << spawned.errorMessage;
        EXPECT_EQ(connection.wait(spawned.path).status, 0);
    });
}

TEST_F(Descriptors, S78_OneDescriptorServesTwoNumbers) {
    asUser(user_, [] {
        Connection connection;
        EXPECT_EQ(runShell(connection, shell("echo one; echo two >&2")).output, "one\ntwo\n");
    });
}

TEST_F(BadDescriptors, S78_SeventeenCostTheConnection) {
    asUser(user_, [] {
        Connection connection;
        const UniqueFd null = openNull();
        SpawnRequest request = program({"/bin/true"});
        for (std::uint32_t number = 0; number < 17; ++number) {
            request.giving(number, null.get());
        }
        connection.sendSpawn(request);
        EXPECT_TRUE(connection.closedByBus());
        EXPECT_EQ(Connection().signalsSoFar(), std::vector<std::string>{});
    });
}

TEST_F(BadDescriptors, S78_AnIndexBehindTheLastIsRefused) {
    asUser(user_, [] {
        const UniqueFd null = openNull();
        const std::string expected = "org.sandboxd1.Error.BadFileDescriptor: fds: no such descriptor in the message";
        for (const std::uint32_t index : {1U, 16U, 0x7fffffffU, 0xffffffffU}) {
            EXPECT_EQ(RawConnection().spawnWithIndex(index, {null.get()}), expected) << index;
        }
        EXPECT_EQ(RawConnection().spawnWithIndex(0, {}), expected);
        EXPECT_EQ(RawConnection().spawnWithIndex(0, {null.get()}), understood);
    });
}

TEST_F(BadDescriptors, S78_OneThatNoNumberUsesIsClosedAgain) {
    asUser(user_, [] {
        Pipe unused;
        const UniqueFd null = openNull();
        EXPECT_EQ(RawConnection().spawnWithIndex(0, {null.get(), unused.writeEnd.get()}), understood);
        EXPECT_EQ(unused.read(), ""); // its end: nobody else holds the other one
    });
}

TEST_F(BadDescriptors, OneNumberTwiceIsRefused) {
    asUser(user_, [] {
        Connection connection;
        const UniqueFd null = openNull();
        const Spawned spawned = connection.spawn(program({"/bin/true"}).giving(5, null.get()).giving(5, null.get()));
        EXPECT_EQ(spawned.error, "DuplicateOption");
        EXPECT_EQ(spawned.errorMessage, "fds: number 5 given twice");
    });
}

TEST_F(BadDescriptors, ANumberAboveTheCeilingIsRefused) {
    asUser(user_, [] {
        Connection connection;
        const UniqueFd null = openNull();
        const Spawned spawned = connection.spawn(program({"/bin/true"}).giving(100'000, null.get()));
        EXPECT_EQ(spawned.error, "BadFileDescriptor") << spawned.errorMessage;
    });
}

class BadLifeline : public BadDescriptors {
protected:
    void expectRefused(const std::function<UniqueFd()>& make) {
        asUser(user_, [&] {
            const UniqueFd fd = make();
            ASSERT_TRUE(fd);
            Connection connection;
            const Spawned spawned = connection.spawn(
                program({"/bin/true"}).with("lifetime", text("fd")).with("lifeline", descriptor(fd.get())));
            EXPECT_EQ(spawned.error, "BadFileDescriptor") << spawned.errorMessage;
            EXPECT_NE(spawned.errorMessage.find("lifeline"), std::string::npos) << spawned.errorMessage;
        });
    }
};

TEST_F(BadLifeline, ARegularFileIsRefused) {
    expectRefused([] { return UniqueFd(open("/etc/passwd", O_RDONLY | O_CLOEXEC)); });
}

TEST_F(BadLifeline, ADeviceIsRefused) {
    expectRefused(openNull);
}

TEST_F(BadLifeline, APidfdIsRefused) {
    expectRefused([] { return openPidfd(getpid()); });
}

} // namespace
} // namespace sandboxd::bus_tests
