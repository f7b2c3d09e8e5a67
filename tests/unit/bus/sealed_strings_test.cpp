#include "bus/sealed_strings.hpp"

#include "base/unique_fd.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace sandboxd::bus {
namespace {

constexpr int allSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

UniqueFd memoryWith(const std::string& bytes, int seals = allSeals) {
    UniqueFd memory(::memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    EXPECT_EQ(::write(memory.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    EXPECT_EQ(::fcntl(memory.get(), F_ADD_SEALS, seals), 0);
    return memory;
}

Result<std::vector<std::string>> readFrom(const UniqueFd& fd) {
    return readSealedStrings("env-fd", fd.get(), 16, 3);
}

ErrorCode refusalOf(const UniqueFd& fd) {
    const auto read = readFrom(fd);
    EXPECT_FALSE(read);
    return read ? ErrorCode::accessDenied : read.error().code;
}

TEST(SealedStrings, AreReadInOrderEmptyOnesToo) {
    const UniqueFd memory = memoryWith(std::string("a=1\0\0b", 6) + '\0');
    EXPECT_EQ(readFrom(memory).value(), (std::vector<std::string>{"a=1", "", "b"}));
    EXPECT_TRUE(readFrom(memoryWith("")).value().empty());
}

TEST(SealedStrings, DoNotDependOnThePositionOfTheDescriptor) {
    const UniqueFd memory = memoryWith(std::string("x\0", 2));
    ::lseek(memory.get(), 2, SEEK_SET);
    EXPECT_EQ(readFrom(memory).value(), std::vector<std::string>{"x"});
}

TEST(SealedStrings, AreRefusedWithoutEachOfTheSeals) {
    for (const int missing : {F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_WRITE}) {
        EXPECT_EQ(refusalOf(memoryWith(std::string("x\0", 2), allSeals & ~missing)), ErrorCode::badFileDescriptor)
            << missing;
    }
}

TEST(SealedStrings, AreRefusedFromAnythingElse) {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const UniqueFd reader(ends[0]);
    const UniqueFd writer(ends[1]);
    EXPECT_EQ(refusalOf(reader), ErrorCode::badFileDescriptor); // and nothing waits for it
    EXPECT_EQ(refusalOf(UniqueFd(::open("/etc/passwd", O_RDONLY | O_CLOEXEC))), ErrorCode::badFileDescriptor);
}

TEST(SealedStrings, AreRefusedWithoutTheLastNul) {
    EXPECT_EQ(refusalOf(memoryWith("ab")), ErrorCode::invalidOption);
}

TEST(SealedStrings, AreRefusedAboveEitherCeiling) {
    EXPECT_EQ(refusalOf(memoryWith(std::string(17, '\0'))), ErrorCode::limitsExceeded);
    EXPECT_EQ(refusalOf(memoryWith(std::string(4, '\0'))), ErrorCode::limitsExceeded);
    EXPECT_TRUE(readFrom(memoryWith(std::string(3, '\0'))));
}

} // namespace
} // namespace sandboxd::bus
