// What one message does not carry: descriptors by fd-socket, arguments by argv-fd, variables by env-fd.
#include "bus_test.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <numeric>

namespace sandboxd::bus_tests {
namespace {

class LargeRequests : public BusTest {};

// As many descriptors of /dev/null as numbers, or `count` of them, in one packet.
void sendNumbers(int socket, const std::vector<std::uint32_t>& numbers, std::size_t count) {
    const UniqueFd null(open("/dev/null", O_RDONLY | O_CLOEXEC));
    const std::vector<int> fds(count, null.get());
    std::vector<char> control(CMSG_SPACE(count * sizeof(int)));
    iovec part{const_cast<std::uint32_t*>(numbers.data()), numbers.size() * sizeof(std::uint32_t)};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(count * sizeof(int));
    std::memcpy(CMSG_DATA(header), fds.data(), count * sizeof(int));
    must(sendmsg(socket, &message, 0) < 0 ? -errno : 0, "send descriptors");
}

struct SocketPair {
    explicit SocketPair(int type) {
        int ends[2];
        must(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends), "socketpair");
        ours.reset(ends[0]);
        theirs.reset(ends[1]);
    }
    UniqueFd ours;
    UniqueFd theirs;
};

std::vector<std::uint32_t> numbersFrom(std::uint32_t first, std::size_t count) {
    std::vector<std::uint32_t> numbers(count);
    std::iota(numbers.begin(), numbers.end(), first);
    return numbers;
}

TEST_F(LargeRequests, S78_HundredsOfDescriptorsArriveUnderTheirNumbers) {
    asUser(user_, [] {
        Connection connection;
        const SocketPair pair(SOCK_SEQPACKET);
        for (const std::uint32_t first : {3U, 103U, 203U}) {
            const std::vector<std::uint32_t> numbers = numbersFrom(first, first == 203U ? 47 : 100);
            sendNumbers(pair.ours.get(), numbers, numbers.size());
        }
        SpawnRequest request = shell("for n in $(seq 3 249); do [ -e /proc/$$/fd/$n ] || echo no $n; done; "
                                     "[ -e /proc/$$/fd/250 ] || echo complete");
        const Ran ran = runShell(connection, request.with("fd-socket", descriptor(pair.theirs.get())));
        EXPECT_EQ(ran.spawned.error, "") << ran.spawned.errorMessage;
        EXPECT_EQ(ran.output, "complete\n");
    });
}

struct BadSocket {
    const char* what;
    std::vector<std::uint32_t> numbers;
    std::size_t count;
    const char* message;
};

TEST_F(LargeRequests, S78_APacketThatIsWrongIsRefused) {
    asUser(user_, [] {
        Connection connection;
        const BadSocket packets[] = {
            {"number given in fds", {0}, 1, "fd-socket: a number is above 252 or given twice"},
            {"number twice", {7, 7}, 2, "fd-socket: a number is above 252 or given twice"},
            {"high number", {253}, 1, "fd-socket: a number is above 252 or given twice"},
            {"fewer numbers", {7}, 2, "fd-socket: a packet has other than one number for each descriptor"},
            {"more numbers", {7, 8}, 1, "fd-socket: a packet has other than one number for each descriptor"},
            {"no descriptors", {7}, 0, "fd-socket: a packet has other than one number for each descriptor"},
            {"too many", numbersFrom(3, 250), 250, "fd-socket: more than 253 descriptors in all"},
        };
        const UniqueFd null(open("/dev/null", O_RDONLY | O_CLOEXEC));
        for (const BadSocket& packet : packets) {
            const SocketPair pair(SOCK_SEQPACKET);
            if (packet.count > 0) {
                sendNumbers(pair.ours.get(), packet.numbers, packet.count);
            } else {
                must(send(pair.ours.get(), packet.numbers.data(), 4, 0) == 4 ? 0 : -EIO, "send");
            }
            SpawnRequest request = program({"/bin/true"}).giving(0, null.get()).giving(1, null.get());
            request.giving(2, null.get());
            const Spawned spawned = connection.spawn(request.with("fd-socket", descriptor(pair.theirs.get())));
            EXPECT_EQ(spawned.error, "BadFileDescriptor") << packet.what;
            EXPECT_EQ(spawned.errorMessage, packet.message) << packet.what;
        }
    });
}

TEST_F(LargeRequests, S78_OnlyALocalSocketOfPacketsIsRead) {
    asUser(user_, [] {
        Connection connection;
        const SocketPair stream(SOCK_STREAM);
        const Pipe pipe;
        for (const int fd : {stream.theirs.get(), pipe.readEnd.get()}) {
            const Spawned spawned = connection.spawn(program({"/bin/true"}).with("fd-socket", descriptor(fd)));
            EXPECT_EQ(spawned.errorMessage, "fd-socket: not a local socket of type SOCK_SEQPACKET");
        }
    });
}

TEST_F(LargeRequests, ASocketWithoutPacketsIsNotWaitedFor) {
    asUser(user_, [] {
        Connection connection;
        const SocketPair pair(SOCK_SEQPACKET);
        const Spawned spawned =
            connection.spawn(program({"/bin/true"}).with("fd-socket", descriptor(pair.theirs.get())));
        ASSERT_EQ(spawned.error, "") << spawned.errorMessage;
        EXPECT_EQ(connection.wait(spawned.path).status, 0);
    });
}

UniqueFd sealed(const std::string& bytes) {
    UniqueFd memory(memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (write(memory.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()) ||
        fcntl(memory.get(), F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0) {
        throw std::runtime_error("cannot make a sealed memfd");
    }
    return memory;
}

TEST_F(LargeRequests, NineThousandArgumentsFollowThoseOfTheMessage) {
    asUser(user_, [] {
        Connection connection;
        std::string arguments;
        for (int index = 0; index < 9000; ++index) {
            arguments += std::to_string(index) + "-" + std::string(60, 'x') + '\0';
        }
        const UniqueFd memory = sealed(arguments);
        SpawnRequest request = shell("echo $# $0 ${1%%-*}");
        request.argv.emplace_back("name");
        const Ran ran = runShell(connection, request.with("argv-fd", descriptor(memory.get())));
        EXPECT_EQ(ran.spawned.error, "") << ran.spawned.errorMessage;
        EXPECT_EQ(ran.output, "9000 name 0\n");
    });
}

TEST_F(LargeRequests, TheEnvironmentIsThatOfTheMessageAndOfTheMemfd) {
    asUser(user_, [] {
        Connection connection;
        std::string variables;
        for (int index = 0; index < 3000; ++index) {
            variables += "LONG" + std::to_string(index) + "=" + std::string(100, 'x') + '\0';
        }
        const UniqueFd memory = sealed(variables);
        const Ran ran =
            runShell(connection, shell("env | grep -c ^LONG; echo $LANG").with("env-fd", descriptor(memory.get())));
        EXPECT_EQ(ran.spawned.error, "") << ran.spawned.errorMessage;
        EXPECT_EQ(ran.output, "3000\nC.UTF-8\n");
    });
}

TEST_F(LargeRequests, S77_ANameInBothIsRefused) {
    asUser(user_, [] {
        Connection connection;
        const UniqueFd memory = sealed(std::string("PATH=/x\0", 8));
        const Spawned spawned = connection.spawn(program({"/bin/true"}).with("env-fd", descriptor(memory.get())));
        EXPECT_EQ(spawned.error, "InvalidOption");
        EXPECT_NE(spawned.errorMessage.find("PATH"), std::string::npos) << spawned.errorMessage;
    });
}

TEST_F(LargeRequests, S77_MemoryThatIsNotSealedIsRefused) {
    asUser(user_, [] {
        Connection connection;
        const UniqueFd open(memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING));
        const Pipe pipe;
        for (const int fd : {open.get(), pipe.readEnd.get()}) {
            const Spawned spawned = connection.spawn(program({"/bin/true"}).with("argv-fd", descriptor(fd)));
            EXPECT_EQ(spawned.error, "BadFileDescriptor");
            EXPECT_EQ(spawned.errorMessage, "argv-fd: not a memfd with all four seals");
        }
    });
}

TEST_F(LargeRequests, SandboxctlSendsWhatIsTooLongByItself) {
    std::vector<std::string> argv{"sandboxctl", "run", "--", "sh", "-c", "echo $# ${#1}", "sh"};
    argv.insert(argv.end(), 6, std::string(100'000, 'x'));
    const Outcome outcome = runAs(user_, argv);
    EXPECT_EQ(outcome.output, "6 100000\n") << outcome.errors;
}

} // namespace
} // namespace sandboxd::bus_tests
