#include "launch/packet.hpp"

#include "plan/warden_protocol.hpp"
#include "socket_pair.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <vector>

#include <gtest/gtest.h>

namespace sandboxd::launch {
namespace {

wire::Order anOrder() {
    return {.kind = wire::RecordKind::order, .order = wire::OrderKind::signalLeader, .signal = 15, .reserved = 0};
}

TEST(Packet, ArrivesWithItsDescriptorsInOrder) {
    const SocketPair pair;
    const UniqueFd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    const UniqueFd root(::open("/", O_PATH | O_CLOEXEC));
    const std::array<int, 2> sent{null.get(), root.get()};
    ASSERT_TRUE(sendRecord(pair.ours.get(), anOrder(), sent));

    wire::Order order{};
    std::vector<UniqueFd> fds;
    ASSERT_EQ(receiveRecord(pair.theirs.get(), order, fds), Received::packet);
    EXPECT_EQ(order.signal, 15);
    ASSERT_EQ(fds.size(), 2U);
    struct stat first {};
    struct stat second {};
    ASSERT_EQ(::fstat(fds[0].get(), &first), 0);
    ASSERT_EQ(::fstat(fds[1].get(), &second), 0);
    EXPECT_TRUE(S_ISCHR(first.st_mode));
    EXPECT_TRUE(S_ISDIR(second.st_mode));
    EXPECT_NE(::fcntl(fds[0].get(), F_GETFD) & FD_CLOEXEC, 0);
}

TEST(Packet, NothingThereIsNotTheEnd) {
    SocketPair pair;
    wire::Order order{};
    std::vector<UniqueFd> fds;
    EXPECT_EQ(receiveRecord(pair.ours.get(), order, fds), Received::nothing);
    pair.theirs.reset();
    EXPECT_EQ(receiveRecord(pair.ours.get(), order, fds), Received::end);
}

TEST(Packet, OfAnotherSizeIsTheEnd) {
    const SocketPair pair;
    wire::Order order{};
    std::vector<UniqueFd> fds;
    ASSERT_TRUE(sendRecord(pair.ours.get(), wire::Report{}));
    EXPECT_EQ(receiveRecord(pair.theirs.get(), order, fds), Received::end) << "too long";
    ASSERT_TRUE(sendRecord(pair.ours.get(), std::uint32_t{1}));
    EXPECT_EQ(receiveRecord(pair.theirs.get(), order, fds), Received::end) << "too short";
}

TEST(Packet, ToNobodyFailsWithoutASignal) {
    SocketPair pair;
    pair.theirs.reset();
    EXPECT_FALSE(sendRecord(pair.ours.get(), anOrder()));
}

TEST(Packet, WithMoreDescriptorsThanTheKernelCarriesIsRefused) {
    const SocketPair pair;
    const std::vector<int> many(254, pair.ours.get());
    EXPECT_FALSE(sendRecord(pair.ours.get(), anOrder(), many));
}

} // namespace
} // namespace sandboxd::launch
