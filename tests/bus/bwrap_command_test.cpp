// How sandbox-bwrap runs a command and what it tells about it, by scripts that look at both.
#include "bwrap_script.hpp"

namespace sandboxd::bus_tests {
namespace {

class BwrapCommand : public BwrapScriptTest {};

INSTANTIATE_TEST_SUITE_P(Engine, BwrapCommand, engines, engineName);

TEST_P(BwrapCommand, ReadsOptionsFromAsManyDescriptorsAsItIsGiven) {
    EXPECT_EQ(lines(R"sh(
        options() { printf '%s\0' "$@"; }
        "$BWRAP" --ro-bind / / --tmpfs /tmp --args 3 --args 4 --args 5 ls /tmp \
            3< <(options --dir /tmp/a) 4< <(options --dir /tmp/b --symlink a /tmp/c) 5</dev/null )sh"),
              (Lines{"a", "b", "c"}));
}

TEST_P(BwrapCommand, IsWhatFollowsTwoDashesWhateverItLooksLike) {
    EXPECT_EQ(lines(R"sh(
        mkdir bin; printf '#!/bin/sh\necho ran "$@"\n' >bin/--dev; chmod +x bin/--dev
        PATH=$PWD/bin:$PATH "$BWRAP" --ro-bind / / -- --dev --bind / /
        "$BWRAP" --ro-bind / / -- --dev /dev true 2>&1; echo $? )sh"),
              (Lines{"ran --bind / /", "bwrap: execvp --dev: No such file or directory", "1"}));
}

TEST_P(BwrapCommand, HasTheNameThatItIsGiven) {
    EXPECT_EQ(lines(R"sh(
        "$BWRAP" --ro-bind / / sh -c 'echo $0'
        "$BWRAP" --ro-bind / / --argv0 other sh -c 'echo $0' )sh"),
              (Lines{"sh", "other"}));
}

TEST_P(BwrapCommand, IsToldOfWithTheNamespacesThatItSees) {
    const Lines found = lines(R"sh(
        "$BWRAP" --ro-bind / / --proc /proc --unshare-all --info-fd 8 --json-status-fd 9 \
            bash -c 'for kind in cgroup ipc mnt net pid uts; do stat -L -c %i /proc/self/ns/$kind; done' 8>info 9>status >seen
        for number in $(cat seen); do grep -c "\": $number\b" info; grep -c "\": $number\b" status; done )sh");
    EXPECT_EQ(found, Lines(12, "1"));
}

TEST_P(BwrapCommand, HasAnExitCodeOnlyIfItRan) {
    EXPECT_EQ(lines(R"sh(
        "$BWRAP" --ro-bind / / --json-status-fd 9 / 9>status 2>&1; echo $?; grep -c exit-code status
        "$BWRAP" --ro-bind / / --unshare-all --json-status-fd 9 sh -c 'kill -9 $$' 9>status; echo $?; grep exit-code status )sh"),
              (Lines{"bwrap: execvp /: Permission denied", "1", "0", "137", "{ \"exit-code\": 137 }"}));
}

TEST_P(BwrapCommand, DoesNotRunWithPathsThatAreEmpty) {
    EXPECT_EQ(lines(R"sh(
        "$BWRAP" --ro-bind / / --bind "" /tmp true 2>&1
        "$BWRAP" --ro-bind / / --lock-file "" true 2>&1
        "$BWRAP" --ro-bind / / --chdir "" true 2>&1
        "$BWRAP" --ro-bind / / --tmpfs /tmp --bind-try "" /tmp/x ls -A /tmp; echo $? )sh"),
              (Lines{"bwrap: Can't find source path : No such file or directory",
                     "bwrap: Unable to open lock file : No such file or directory",
                     "bwrap: Can't chdir to : No such file or directory", "0"}));
}

TEST_P(BwrapCommand, HasNoCapabilityAndNeitherHasProcessOne) {
    EXPECT_EQ(lines(R"sh(
        "$BWRAP" --ro-bind / / --proc /proc --unshare-pid sh -c 'grep -h "^Cap[IPEA]" /proc/1/status /proc/self/status' |
            sort | uniq -c | tr -s ' \t' ' ' )sh"),
              (Lines{" 2 CapAmb: 0000000000000000", " 2 CapEff: 0000000000000000", " 2 CapInh: 0000000000000000",
                     " 2 CapPrm: 0000000000000000"}));
}

TEST_P(BwrapCommand, MakesNoUserNamespaceOfItsOwn) {
    EXPECT_EQ(lines(R"sh(
        "$BWRAP" --dev-bind / / --unshare-user --disable-userns sh -c '
            echo 100 2>/dev/null >/proc/sys/user/max_user_namespaces || echo kept
            unshare --user true 2>/dev/null || echo refused' )sh"),
              (Lines{"kept", "refused"}));
}

} // namespace
} // namespace sandboxd::bus_tests
