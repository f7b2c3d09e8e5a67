#include "launch/sealed_memory.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include <gtest/gtest.h>

namespace sandboxd::launch {
namespace {

TEST(SealedMemory, HoldsTheBytesAndNobodyChangesThem) {
    const std::array bytes{std::byte{1}, std::byte{2}, std::byte{3}};
    Result<UniqueFd> memory = sealedMemory(bytes);
    ASSERT_TRUE(memory);
    const int fd = memory.value().get();
    std::array<std::byte, 4> read{};
    EXPECT_EQ(::pread(fd, read.data(), read.size(), 0), 3);
    EXPECT_EQ(read[2], std::byte{3});
    EXPECT_EQ(::pwrite(fd, bytes.data(), 1, 0), -1);
    EXPECT_EQ(errno, EPERM);
    EXPECT_EQ(::ftruncate(fd, 1), -1);
    EXPECT_EQ(::ftruncate(fd, 9), -1);
    EXPECT_EQ(::fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), -1) << "the seals themselves are not sealed";
}

} // namespace
} // namespace sandboxd::launch
