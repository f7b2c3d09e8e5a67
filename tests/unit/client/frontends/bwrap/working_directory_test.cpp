#include "working_directory.hpp"

#include "environment.hpp"
#include "path_inside.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace sandboxd::bwrap {
namespace {

using Words = std::vector<std::string>;

bool onHost(const std::string& path) {
    const Words directories{"/", "/home/u", "/home/u/p", "/src", "/src/sub"};
    return std::find(directories.begin(), directories.end(), path) != directories.end();
}

bool exists(const std::vector<Operation>& operations, const std::string& path) {
    return mayExistInside(operations, path, onHost);
}

const Operation hostRoot{.kind = Kind::bind, .source = "/", .target = "/"};
const Operation tmpfsOverHome{.kind = Kind::tmpfs, .target = "/home"};

TEST(BwrapWorkingDirectory, IsThereIfItIsInWhatWasBound) {
    EXPECT_FALSE(exists({}, "/home/u"));
    EXPECT_TRUE(exists({}, "/"));
    EXPECT_TRUE(exists({hostRoot}, "/home/u"));
    EXPECT_FALSE(exists({hostRoot}, "/gone"));
    EXPECT_TRUE(exists({{.kind = Kind::bind, .source = "/src", .target = "/w"}}, "/w/sub"));
    EXPECT_FALSE(exists({{.kind = Kind::bind, .source = "/src", .target = "/w"}}, "/wide"));
}

TEST(BwrapWorkingDirectory, IsGoneUnderALaterMount) {
    EXPECT_FALSE(exists({hostRoot, tmpfsOverHome}, "/home/u"));
    EXPECT_TRUE(exists({tmpfsOverHome, hostRoot}, "/home/u"));
    EXPECT_TRUE(exists({hostRoot, tmpfsOverHome}, "/home"));
}

TEST(BwrapWorkingDirectory, IsThereIfSomethingWasMadeInIt) {
    EXPECT_TRUE(exists({tmpfsOverHome, {.kind = Kind::file, .target = "/home/u/f"}}, "/home/u"));
    EXPECT_TRUE(exists({tmpfsOverHome, {.kind = Kind::directory, .target = "/home/u"}}, "/home/u"));
    EXPECT_FALSE(exists({tmpfsOverHome, {.kind = Kind::directory, .target = "/home/u"}}, "/home/u/p"));
    EXPECT_FALSE(exists({{.kind = Kind::file, .target = "/f"}}, "/f"));
}

TEST(BwrapWorkingDirectory, MayBeThereWhereItCannotBeTold) {
    EXPECT_TRUE(exists({{.kind = Kind::symlink, .source = "x", .target = "/home"}}, "/home/u"));
    EXPECT_TRUE(exists({{.kind = Kind::bindDescriptor, .target = "/home"}}, "/home/u"));
    EXPECT_TRUE(exists({{.kind = Kind::temporaryOverlay, .target = "/home"}}, "/home/u"));
}

TEST(BwrapWorkingDirectory, OfAnOptionalBindWithoutSourceIsWhatWasThereBefore) {
    const Operation optional{.kind = Kind::bind, .source = "/gone", .target = "/home", .optional = true};
    EXPECT_TRUE(exists({hostRoot, optional}, "/home/u"));
}

TEST(BwrapWorkingDirectory, IsTheCallersElseHomeElseTheRoot) {
    Command command;
    command.operations = {hostRoot};
    EXPECT_EQ(workingDirectories(command, "/src", "/home/u", onHost), (Words{"/src", "/home/u", "/"}));
    EXPECT_EQ(workingDirectories(command, "/gone", "/home/u", onHost), (Words{"/home/u", "/"}));
    EXPECT_EQ(workingDirectories(command, "", std::nullopt, onHost), Words{"/"});
    command.directory = "/anything";
    EXPECT_EQ(workingDirectories(command, "/src", "/home/u", onHost), Words{"/anything"});
}

TEST(BwrapPathInside, IsAbsoluteAndNeverAboveTheRoot) {
    EXPECT_EQ(pathInside(""), "/");
    EXPECT_EQ(pathInside("a"), "/a");
    EXPECT_EQ(pathInside("//a/./b/"), "/a/b");
    EXPECT_EQ(pathInside("/a/b/../../.."), "/");
    EXPECT_EQ(pathInside("/a/../b/..c"), "/b/..c");
}

TEST(BwrapPathInside, IsFoundOutsideIfItWasBound) {
    const std::vector<Operation> operations{{.kind = Kind::bind, .source = "/", .target = "/"},
                                            {.kind = Kind::tmpfs, .target = "/tmp"},
                                            {.kind = Kind::bind, .source = "/src", .target = "/tmp/w"},
                                            {.kind = Kind::directory, .target = "/etc"}};
    EXPECT_EQ(pathOutside(operations, "/etc/x"), "/etc/x");
    EXPECT_EQ(pathOutside(operations, "/tmp/x"), std::nullopt);
    EXPECT_EQ(pathOutside(operations, "/tmp/w/x"), "/src/x");
    EXPECT_EQ(pathOutside({}, "/x"), std::nullopt);
}

TEST(BwrapEnvironment, KeepsPlacesAndTheFirstOfAName) {
    EXPECT_EQ(buildEnvironment({"A=1", "=x", "plain", "A=2", "B="}, {}), (Words{"A=1", "B="}));
    EXPECT_EQ(buildEnvironment({"A=1", "B=2"}, {SetVariable{"A", "3"}}), (Words{"A=3", "B=2"}));
    EXPECT_EQ(variable({"A=1=2"}, "A"), "1=2");
    EXPECT_EQ(variable({"AB=1"}, "A"), std::nullopt);
}

} // namespace
} // namespace sandboxd::bwrap
