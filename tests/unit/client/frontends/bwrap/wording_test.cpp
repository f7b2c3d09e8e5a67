#include "wording.hpp"

#include "message.hpp"

#include <gtest/gtest.h>

#include <cerrno>

namespace sandboxd::bwrap {
namespace {

using client::Error;
using client::ErrorKind;

Error setupError(const std::string& message, int errorNumber) {
    return {ErrorKind::setupFailed, "", message, errorNumber};
}

std::string words(const Error& error, const Command& command = {.argv = {"cmd"}}) {
    const ReadLink readLink = [](const std::string& path) {
        return path == "/src/link" ? std::optional<std::string>("there") : std::nullopt;
    };
    const IsDirectory isDirectory = [](const std::string& path) {
        return path == "/usr" || path == "/src" || path == "/proc/self/fd/4";
    };
    return wordsFor(error, {command, {std::nullopt, 0, 1}, "/dir", readLink, isDirectory});
}

// What is said when this operation, the second mount of the Spec, fails at its target.
std::string atTarget(const Operation& operation, int errorNumber = EPERM) {
    return words(setupError("setup: mounts[1]: cannot make the target \"/t\": x", errorNumber),
                 {.argv = {"cmd"}, .operations = {operation}});
}

TEST(BwrapWording, NamesTheCommandThatCouldNotBeExecuted) {
    EXPECT_EQ(words({ErrorKind::execFailed, "", "argv: cannot execute", ENOENT}),
              "execvp cmd: No such file or directory");
    EXPECT_EQ(words({ErrorKind::execFailed, "", "argv: cannot execute", EACCES}), "execvp cmd: Permission denied");
}

TEST(BwrapWording, NamesTheNamespaceThatCannotBeEntered) {
    const std::string user = "setup: cannot enter the given user namespace: x";
    EXPECT_EQ(words(setupError(user, EPERM)), "Joining specified user namespace failed: Operation not permitted");
    EXPECT_EQ(words(setupError(user, EINVAL)), "Joining the specified user namespace failed, it might not be a "
                                               "descendant of the current user namespace.");
    EXPECT_EQ(words(setupError("setup: cannot change to the second user namespace: x", EPERM)),
              "Setting userns2 failed: Operation not permitted");
    EXPECT_EQ(words(setupError("setup: cannot enter the given pid namespace: x", EPERM)),
              "Setting pidns failed: Operation not permitted");
}

TEST(BwrapWording, NamesTheIdThatAGivenNamespaceDoesNotHave) {
    const Error error = setupError("setup: cannot change the ids: x", EINVAL);
    EXPECT_EQ(words(error, {.argv = {"cmd"}, .descriptors = {.userns = 5}, .uid = 6}),
              "unable to switch to uid 6: Invalid argument");
    EXPECT_EQ(words(error, {.argv = {"cmd"}, .descriptors = {.userns = 5}, .gid = 7}),
              "unable to switch to gid 7: Invalid argument");
    EXPECT_TRUE(words(error, {.argv = {"cmd"}, .uid = 6}).starts_with("Creating new namespace failed: "));
}

TEST(BwrapWording, NamesTheSourceThatIsNotThere) {
    const Error error = setupError("setup: mounts[1]: cannot open the source \"/s\": x", ENOENT);
    EXPECT_EQ(words(error, {.argv = {"cmd"}, .operations = {{.kind = Kind::bind, .source = "s", .target = "/t"}}}),
              "Can't find source path s: No such file or directory");
    EXPECT_EQ(words(error, {.argv = {"cmd"}, .operations = {{.kind = Kind::bindDescriptor, .descriptor = 7}}}),
              "Can't find source path /proc/self/fd/7: No such file or directory");
    EXPECT_EQ(words(error, {.argv = {"cmd"}, .operations = {{.kind = Kind::proc, .target = "/p"}}}),
              "Can't mount proc on /newroot/p: No such file or directory");
}

TEST(BwrapWording, NamesTheTargetInTheWordsOfEachOperation) {
    const std::string reason = ": Operation not permitted";
    EXPECT_EQ(atTarget({.kind = Kind::bind, .source = "/s", .target = "t"}),
              "Can't bind mount /oldroot/s on /newroot/t" + reason);
    EXPECT_EQ(atTarget({.kind = Kind::proc, .target = "/p"}), "Can't mount proc on /newroot/p" + reason);
    EXPECT_EQ(atTarget({.kind = Kind::dev, .target = "/p"}), "Can't mount tmpfs on /newroot/p" + reason);
    EXPECT_EQ(atTarget({.kind = Kind::tmpfs, .target = "/p"}), "Can't mount tmpfs on /newroot/p" + reason);
    EXPECT_EQ(atTarget({.kind = Kind::mqueue, .target = "/p"}), "Can't mount mqueue on /newroot/p" + reason);
    EXPECT_EQ(atTarget({.kind = Kind::overlay, .target = "/p"}), "Can't make overlay mount on /newroot/p" + reason);
    EXPECT_EQ(atTarget({.kind = Kind::directory, .target = "p"}), "Can't mkdir p" + reason);
    EXPECT_EQ(atTarget({.kind = Kind::file, .target = "/p"}), "Can't create file /p" + reason);
    EXPECT_EQ(atTarget({.kind = Kind::bindFile, .target = "/p"}), "Can't create file at /p" + reason);
    EXPECT_EQ(atTarget({.kind = Kind::symlink, .target = "/p"}), "Can't make symlink at /p" + reason);
    EXPECT_EQ(atTarget({.kind = Kind::chmod, .target = "/p", .mode = 0640}), "Can't chmod 0640 /p" + reason);
    EXPECT_EQ(atTarget({.kind = Kind::remountReadOnly, .target = "/p"}),
              "Can't remount readonly on /newroot/p" + reason);
}

TEST(BwrapWording, TellsAMountPointThatCannotBeMade) {
    EXPECT_EQ(atTarget({.kind = Kind::tmpfs, .target = "/usr/x"}, EROFS), "Can't mkdir /usr/x: Read-only file system");
    EXPECT_EQ(atTarget({.kind = Kind::bind, .source = "/usr", .target = "/usr/x"}, EACCES),
              "Can't mkdir /usr/x: Permission denied");
    EXPECT_EQ(atTarget({.kind = Kind::symlink, .target = "/usr/x"}, EROFS),
              "Can't make symlink at /usr/x: Read-only file system");
}

TEST(BwrapWording, MakesAFileForAFile) {
    const std::string reason = ": Read-only file system";
    EXPECT_EQ(atTarget({.kind = Kind::bind, .source = "/f", .target = "/t"}, EROFS),
              "Can't create file at /t" + reason);
    EXPECT_EQ(atTarget({.kind = Kind::bindDescriptor, .target = "/t", .descriptor = 5}, EROFS),
              "Can't create file at /t" + reason);
    EXPECT_EQ(atTarget({.kind = Kind::bindDescriptor, .target = "/t", .descriptor = 4}, EROFS),
              "Can't mkdir /t" + reason);
    EXPECT_EQ(atTarget({.kind = Kind::bind, .source = "/f", .target = "/t"}, EINVAL),
              "Can't create file at /t: Is a directory");
    EXPECT_EQ(atTarget({.kind = Kind::file, .target = "/t"}, EBADF),
              "Can't write data to file /t: Bad file descriptor");
    EXPECT_EQ(atTarget({.kind = Kind::bindFile, .target = "/t"}, EINVAL), "Can't create file at /t: Is a directory");
}

TEST(BwrapWording, TellsTheTargetFromItsParents) {
    const auto below = [](const std::string& target) {
        return words(setupError("setup: mounts[2]: cannot make the target: x", EROFS),
                     {.argv = {"cmd"},
                      .operations = {{.kind = Kind::bind, .source = "/src", .target = "/"},
                                     {.kind = Kind::directory, .target = target}}});
    };
    EXPECT_EQ(below("/new"), "Can't mkdir /new: Read-only file system");
    EXPECT_EQ(below("/new/newer"), "Can't mkdir parents for /new/newer: Read-only file system");
}

TEST(BwrapWording, NamesTheLayerThatIsNotThere) {
    const auto missing = [](const Operation& overlay) {
        return words(setupError("setup: mounts[1]: cannot open the source of the overlay on \"/t\": x", ENOENT),
                     {.argv = {"cmd"}, .operations = {overlay}});
    };
    const std::string reason = ": No such file or directory";
    EXPECT_EQ(missing({.kind = Kind::temporaryOverlay, .target = "/t", .lower = {"/usr", "/no", "/nor"}}),
              "Can't find source path /no" + reason);
    EXPECT_EQ(missing({.kind = Kind::overlay, .source = "/no", .target = "/t", .lower = {"/usr"}, .work = "/usr"}),
              "Can't find source path /no" + reason);
    EXPECT_EQ(missing({.kind = Kind::overlay, .source = "/src", .target = "/t", .lower = {"/usr"}, .work = "/w"}),
              "Can't find source path /w" + reason);
    EXPECT_EQ(missing({.kind = Kind::overlay, .source = "/src", .target = "/t", .lower = {"/usr"}, .work = "/src"}),
              "Can't make overlay mount on /newroot/t" + reason);
}

TEST(BwrapWording, HasTheKernelsReasonForQueuesOfOthers) {
    EXPECT_EQ(words({ErrorKind::invalidRequest, "", "mounts: operation 1: \"mqueue\" needs \"ipc\" in namespaces", 0},
                    {.argv = {"cmd"}, .operations = {{.kind = Kind::mqueue, .target = "/q"}}}),
              "Can't mount mqueue on /newroot/q: Operation not permitted");
}

TEST(BwrapWording, TellsWhatALinkInTheWaySays) {
    const auto inTheWay = [](const std::string& source) {
        return words(setupError("setup: mounts[2]: cannot make the target: x", EEXIST),
                     {.argv = {"cmd"},
                      .operations = {{.kind = Kind::bind, .source = source, .target = "/d"},
                                     {.kind = Kind::symlink, .source = "here", .target = "/d/link"}}});
    };
    EXPECT_EQ(inTheWay("/src"), "Can't make symlink at /d/link: existing destination is there");
    EXPECT_EQ(inTheWay("/other"), "Can't make symlink at /d/link: destination exists and is not a symlink");
    EXPECT_EQ(words(setupError("setup: mounts[2]: cannot make the target: x", EEXIST),
                    {.argv = {"cmd"},
                     .operations = {{.kind = Kind::symlink, .source = "one", .target = "/link"},
                                    {.kind = Kind::symlink, .source = "two", .target = "link"}}}),
              "Can't make symlink at link: existing destination is one");
}

TEST(BwrapWording, FindsTheMountInEitherSpelling) {
    const Command command{.argv = {"cmd"}, .operations = {{.kind = Kind::proc, .target = "/p"}}};
    EXPECT_EQ(words(setupError("mounts: operation 1: cannot make the target: x", EPERM), command),
              "Can't mount proc on /newroot/p: Operation not permitted");
    // One that no operation asked for, and one that is not there.
    EXPECT_EQ(words(setupError("mounts[0]: x", EPERM), command), "Creating new namespace failed: mounts[0]: x");
    EXPECT_EQ(words(setupError("mounts[7]: x", EPERM), command), "Creating new namespace failed: mounts[7]: x");
    EXPECT_EQ(words({ErrorKind::invalidRequest, "", "mounts: no 1", 0}, command),
              "Creating new namespace failed: mounts: no 1");
}

TEST(BwrapWording, NamesTheLockFile) {
    EXPECT_EQ(words(setupError("setup: mounts[1]: cannot make the target \"/l\": x", ENOENT),
                    {.argv = {"cmd"}, .lockFiles = {"/l"}}),
              "Unable to open lock file /l: No such file or directory");
}

TEST(BwrapWording, NamesTheDirectoryThatIsNotThere) {
    const Error error = setupError("setup: cwd: cannot enter the working directory \"/dir\": x", ENOENT);
    EXPECT_TRUE(isMissingDirectory(error));
    EXPECT_EQ(words(error), "Can't chdir to /dir: No such file or directory");
    EXPECT_FALSE(isMissingDirectory(setupError("setup: cannot set the hostname: x", EPERM)));
}

TEST(BwrapWording, SaysWhatCallersLookForOnHostsWithoutNamespaces) {
    EXPECT_EQ(words(setupError("setup: cannot write the id maps: x", EACCES)), "setting up uid map: Permission denied");
    EXPECT_EQ(words(setupError("setup: cannot bring the loopback interface up: x", EPERM)),
              "loopback: Failed RTM_NEWADDR: Operation not permitted");
    EXPECT_TRUE(words(setupError("setup: cannot make the namespaces: x", EPERM))
                    .starts_with("No permissions to create a new namespace"));
    EXPECT_EQ(words(setupError("setup: cannot make the namespaces: x", ENOSPC)),
              "Creating new namespace failed: nesting depth or /proc/sys/user/max_*_namespaces exceeded (ENOSPC)");
    EXPECT_EQ(words(setupError("setup: cannot make the namespaces: x", EINVAL)),
              "Creating new namespace failed: Invalid argument");
}

TEST(BwrapWording, TellsFiltersThatAreNone) {
    EXPECT_EQ(
        words({ErrorKind::invalidRequest, "", "seccomp-fds: filter 0 is not 1 to 4096 instructions of 8 bytes", 0}),
        "Invalid seccomp data, must be multiple of 8");
    EXPECT_TRUE(
        words({ErrorKind::invalidRequest, "", "seccomp-fds: filter 0 is no classic BPF that the kernel takes", 0})
            .starts_with("Unable to set up system call filtering as requested: "));
    EXPECT_EQ(words({ErrorKind::invalidRequest, "", "seccomp-fds: filter 0: cannot use it: Is a directory", 0}),
              "Can't read seccomp data: Is a directory");
}

TEST(BwrapWording, KeepsTheDaemonsReasonForARefusal) {
    EXPECT_EQ(words({ErrorKind::refused, "", "org.sandboxd1.spawn: not authorised", 0}),
              "No permissions to create a new namespace: org.sandboxd1.spawn: not authorised");
    EXPECT_EQ(words({ErrorKind::unavailable, "", "no bus", 0}), "Creating new namespace failed: no bus");
}

TEST(BwrapMessage, IsOneLineWithOrWithoutALevel) {
    EXPECT_EQ(messageLine(Severity::error, false, "x"), "bwrap: x\n");
    EXPECT_EQ(messageLine(Severity::error, true, "x"), "<3>bwrap: x\n");
    EXPECT_EQ(messageLine(Severity::warning, true, "x"), "<4>bwrap: x\n");
}

} // namespace
} // namespace sandboxd::bwrap
