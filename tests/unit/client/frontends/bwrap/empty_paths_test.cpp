#include "empty_paths.hpp"

#include <gtest/gtest.h>

namespace sandboxd::bwrap {
namespace {

std::string empty(const Command& command) {
    return findEmptyPath(command).value_or("");
}

TEST(BwrapEmptyPaths, AreNamedAsWhatIsNotThere) {
    const std::string source = "Can't find source path : No such file or directory";
    EXPECT_EQ(empty({.operations = {{.kind = Kind::bind, .target = "/t"}}}), source);
    EXPECT_EQ(empty({.operations = {{.kind = Kind::temporaryOverlay, .target = "/t", .lower = {"/usr", ""}}}}), source);
    EXPECT_EQ(empty({.operations = {{.kind = Kind::overlay, .source = "/u", .target = "/t", .lower = {"/l"}}}}),
              source);
    EXPECT_EQ(empty({.operations = {{.kind = Kind::symlink, .target = "/t"}}}),
              "Can't make symlink at /t: No such file or directory");
    EXPECT_EQ(empty({.lockFiles = {"/l", ""}}), "Unable to open lock file : No such file or directory");
    EXPECT_EQ(empty({.directory = ""}), "Can't chdir to : No such file or directory");
}

TEST(BwrapEmptyPaths, AreNotMissedWhereNoneIsNeeded) {
    EXPECT_EQ(empty({.operations = {{.kind = Kind::tmpfs, .target = "/t"},
                                    {.kind = Kind::bind, .target = "/t", .optional = true},
                                    {.kind = Kind::bindDescriptor, .target = "/t", .descriptor = 5}},
                     .directory = "/"}),
              "");
}

} // namespace
} // namespace sandboxd::bwrap
