#include "authority/subject.hpp"

#include <unistd.h>

#include <gtest/gtest.h>

namespace sandboxd::authority {
namespace {

// "key type" of each detail.
std::string typesOf(const Subject& subject) {
    std::string types;
    for (const auto& [key, value] : std::get<1>(subject)) {
        types += key + " " + std::string(value.peekValueType()) + "; ";
    }
    return types;
}

TEST(Subject, OfAConnectionIsItsName) {
    const Subject subject = subjectOf(":1.7");
    EXPECT_EQ(std::get<0>(subject), "system-bus-name");
    EXPECT_EQ(typesOf(subject), "name s; ");
    EXPECT_EQ(std::get<1>(subject).at("name").get<std::string>(), ":1.7");
}

TEST(Subject, OfAProcessIsItsPidfdAndUidOfJustTheTypesThatPolkitReads) {
    const Subject subject = subjectOf(STDERR_FILENO, 1000);
    EXPECT_EQ(std::get<0>(subject), "unix-process");
    EXPECT_EQ(typesOf(subject), "pidfd h; uid i; ");
    EXPECT_EQ(std::get<1>(subject).at("uid").get<std::int32_t>(), 1000);
}

TEST(Subject, MayBeAPidfdFromPolkit124On) {
    for (const char* version : {"124", "126", "130"}) {
        EXPECT_TRUE(takesPidfdSubjects(version)) << version;
    }
    for (const char* version : {"122", "123", "0.105", "0.124", "", "x126", "-126"}) {
        EXPECT_FALSE(takesPidfdSubjects(version)) << version;
    }
}

} // namespace
} // namespace sandboxd::authority
