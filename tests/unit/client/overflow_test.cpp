#include "overflow.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

namespace sandboxd::client {
namespace {

std::string contentOf(const Descriptor& memory) {
    struct stat info {};
    EXPECT_EQ(::fstat(memory.get(), &info), 0);
    std::string content(static_cast<std::size_t>(info.st_size), '\0');
    EXPECT_EQ(::pread(memory.get(), content.data(), content.size(), 0), info.st_size);
    return content;
}

TEST(Overflow, IsNothingForAnOrdinaryRequest) {
    const auto overflow = takeOverflow(Spec({"a", "b"}).environment({"A=1"}).inheritStandardStreams().fields());
    ASSERT_TRUE(overflow.ok());
    EXPECT_FALSE(overflow.value().arguments || overflow.value().environment || overflow.value().descriptors);
}

TEST(Overflow, HoldsAllArgumentsButTheFirstSealed) {
    const std::string text(65'535, 'x');
    const auto overflow = takeOverflow(Spec({"a", "", text}).fields());
    ASSERT_TRUE(overflow.ok());
    EXPECT_EQ(contentOf(overflow.value().arguments), std::string(1, '\0') + text + '\0');
    EXPECT_EQ(::fcntl(overflow.value().arguments.get(), F_GET_SEALS),
              F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
}

TEST(Overflow, LeavesANulToTheDaemon) {
    const auto overflow = takeOverflow(Spec({"a", std::string(70'000, '\0')}).fields());
    ASSERT_TRUE(overflow.ok());
    EXPECT_FALSE(overflow.value().arguments);
}

TEST(Overflow, HasOneNumberForEachDescriptorInItsSocket) {
    Spec spec({"a"});
    for (std::uint32_t number = 0; number < 200; ++number) {
        spec.descriptor(number + 7, 0);
    }
    const auto overflow = takeOverflow(spec.fields());
    ASSERT_TRUE(overflow.ok());
    std::uint32_t numbers[256] = {};
    char control[CMSG_SPACE(256 * sizeof(int))];
    iovec part{numbers, sizeof numbers};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    ASSERT_EQ(::recvmsg(overflow.value().descriptors.get(), &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT), 800);
    EXPECT_EQ(numbers[0], 7U);
    EXPECT_EQ(numbers[199], 206U);
    const cmsghdr* header = CMSG_FIRSTHDR(&message);
    ASSERT_NE(header, nullptr);
    EXPECT_EQ(header->cmsg_len, CMSG_LEN(200 * sizeof(int)));
    const int* fds = reinterpret_cast<const int*>(CMSG_DATA(header));
    for (int index = 0; index < 200; ++index) {
        ::close(fds[index]);
    }
}

} // namespace
} // namespace sandboxd::client
