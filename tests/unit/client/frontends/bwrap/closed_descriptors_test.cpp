#include "closed_descriptors.hpp"

#include <gtest/gtest.h>

namespace sandboxd::bwrap {
namespace {

std::string closed(const Command& command) {
    return findClosed(command, {0, 1, 2, 5}).value_or("");
}

TEST(BwrapClosedDescriptors, AreNamedAsWhenTheyAreUsed) {
    EXPECT_EQ(closed({.descriptors = {.seccomp = 7}}), "Can't read seccomp data: Bad file descriptor");
    EXPECT_EQ(closed({.descriptors = {.addedSeccomp = {5, 7}}}), "Can't read seccomp data: Bad file descriptor");
    EXPECT_EQ(closed({.descriptors = {.addedSeccomp = {5, 2, 5}}}), "Can't read seccomp data: Bad file descriptor");
    EXPECT_EQ(closed({.descriptors = {.info = 7}}), "Write to info_fd: Bad file descriptor");
    EXPECT_EQ(closed({.descriptors = {.jsonStatus = 7}}), "Write to info_fd: Bad file descriptor");
    EXPECT_EQ(closed({.operations = {{.kind = Kind::bindDescriptor, .target = "/t", .descriptor = 7}}}),
              "Can't find source path /proc/self/fd/7: No such file or directory");
    EXPECT_EQ(closed({.operations = {{.kind = Kind::bindFile, .target = "/t", .descriptor = 7}}}),
              "Can't write data to file /t: Bad file descriptor");
}

TEST(BwrapClosedDescriptors, OfNamespacesComeFirstAsTheyAreEntered) {
    EXPECT_EQ(closed({.descriptors = {.info = 7, .userns = 7}}),
              "Joining specified user namespace failed: Bad file descriptor");
    EXPECT_EQ(closed({.descriptors = {.userns2 = 7, .pidns = 7}}), "Setting pidns failed: Bad file descriptor");
    EXPECT_EQ(closed({.descriptors = {.userns = 5, .userns2 = 7}}), "Setting userns2 failed: Bad file descriptor");
}

TEST(BwrapClosedDescriptors, AreNotThoseThatAreOpenNorThoseThatNobodyMisses) {
    EXPECT_EQ(closed({.operations = {{.kind = Kind::bind}, {.kind = Kind::file, .target = "/t", .descriptor = 5}},
                      .descriptors = {.info = 5, .seccomp = 5}}),
              "");
    EXPECT_EQ(closed({.descriptors = {.sync = 7, .block = 7, .usernsBlock = 7}}), "");
}

} // namespace
} // namespace sandboxd::bwrap
