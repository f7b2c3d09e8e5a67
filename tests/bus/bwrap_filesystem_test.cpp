// What the operations of sandbox-bwrap on the new root leave inside and in directories of the caller's: modes,
// contents, and what is not there.
#include "bwrap_script.hpp"

namespace sandboxd::bus_tests {
namespace {

class BwrapFilesystem : public BwrapScriptTest {
protected:
    // All of the host, with directories to be made in it.
    static constexpr const char* host = R"sh(
        host() { "$BWRAP" --bind / / --tmpfs /tmp "$@"; }
    )sh";

    Lines onHost(const std::string& text) const { return lines(host + text); }
};

INSTANTIATE_TEST_SUITE_P(Engine, BwrapFilesystem, engines, engineName);

TEST_P(BwrapFilesystem, MakesMountPointsThatOthersMaySee) {
    EXPECT_EQ(onHost(R"sh(
        mkdir source; touch file
        host --bind "$PWD/source" "$PWD/directory" --bind "$PWD/file" "$PWD/point" true
        stat -c '%a %F' directory point )sh"),
              (Lines{"755 directory", "444 regular empty file"}));
}

TEST_P(BwrapFilesystem, GivesDirectoriesTheirModesButKeepsThoseThatAreThere) {
    EXPECT_EQ(onHost(R"sh(
        mkdir -m 710 there; mkdir -m 754 there2
        host --perms 1741 --dir "$PWD/given" --dir "$PWD/there" --perms 0741 --dir "$PWD/there2" --dir "$PWD/changed" \
            --chmod 1755 "$PWD/changed" --dir "$PWD/plain" true
        stat -c '%a' given there there2 changed plain )sh"),
              (Lines{"1741", "710", "754", "1755", "755"}));
}

TEST_P(BwrapFilesystem, ClosesParentsToThoseToWhomTheDirectoryIsClosed) {
    EXPECT_EQ(onHost(R"sh(
        for mode in 1777 0755 0644 0750 0710 0720 0640 0700 0600 0705 0604 0000; do
            host --perms $mode --dir "$PWD/$mode/directory" true
            stat -c %a $mode
        done )sh"),
              (Lines{"755", "755", "755", "750", "750", "750", "750", "700", "700", "705", "705", "700"}));
}

TEST_P(BwrapFilesystem, GivesFilesAndMountsTheirModesAndSizes) {
    EXPECT_EQ(onHost(R"sh(
        look() { host "$@" stat -c %a /tmp/x </dev/null; }
        look --tmpfs /tmp/x; look --perms 1777 --tmpfs /tmp/x
        look --file 0 /tmp/x; look --perms 0640 --file 0 /tmp/x
        look --bind-data 0 /tmp/x; look --perms 0640 --bind-data 0 /tmp/x
        look --ro-bind-data 0 /tmp/x; look --perms 0640 --ro-bind-data 0 /tmp/x
        host --size 1048576 --perms 1777 --tmpfs /tmp/x sh -c 'stat -c %a /tmp/x; df --output=size -k /tmp/x | tail -n 1 | tr -d " "' )sh"),
              (Lines{"755", "1777", "666", "640", "600", "640", "600", "640", "1777", "1024"}));
}

TEST_P(BwrapFilesystem, ShowsDirectoriesOfTheHostWhereverTheyAreBound) {
    EXPECT_EQ(onHost(R"sh(
        file=$(mktemp -p /tmp); echo text >"$file"; echo own >file
        "$BWRAP" --bind / / cat "$file"
        "$BWRAP" --bind / / --bind /tmp /tmp cat "$file"
        "$BWRAP" --bind / / --bind /tmp /mnt cat "/mnt/${file#/tmp/}"
        "$BWRAP" --bind / / --bind "$PWD" /tmp cat /tmp/file
        host --bind "$PWD" /tmp/here cat /tmp/here/file
        host --bind-fd 9 /tmp cat /tmp/file 9<.
        rm "$file" )sh"),
              (Lines{"text", "text", "text", "own", "own", "own"}));
}

TEST_P(BwrapFilesystem, LeavesNothingOfItsOwnInTheNewRoot) {
    EXPECT_EQ(onHost(R"sh(
        "$BWRAP" --tmpfs / --ro-bind /usr /usr --symlink usr/lib /lib --symlink usr/lib64 /lib64 /usr/bin/ls -A /
        host /usr/bin/ls -A /tmp )sh"),
              (Lines{"lib", "lib64", "usr"}));
}

TEST_P(BwrapFilesystem, HasTheDevicesAndLinksThatProgramsLookFor) {
    EXPECT_EQ(onHost("host --unshare-pid --dev /dev ls /dev"),
              (Lines{"core", "fd", "full", "null", "ptmx", "pts", "random", "shm", "stderr", "stdin", "stdout", "tty",
                     "urandom", "zero"}));
}

TEST_P(BwrapFilesystem, OpensNothingThatTheCallerCannot) {
    EXPECT_EQ(onHost(R"sh(
        host --bind /etc/shadow /tmp/x cat /tmp/x 2>/dev/null || echo refused
        host --bind /etc/shadow /tmp/x cat /etc/shadow 2>/dev/null || echo refused
        host --bind /root/.bashrc /tmp/x true 2>&1; echo $? )sh"),
              (Lines{"refused", "refused", "bwrap: Can't find source path /root/.bashrc: Permission denied", "1"}));
}

TEST_P(BwrapFilesystem, BindsASocketOntoASocket) {
    EXPECT_EQ(onHost(R"sh(
        python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("socket")'
        host --bind "$PWD/socket" "$PWD/socket" stat -c %F socket )sh"),
              (Lines{"socket"}));
}

TEST_P(BwrapFilesystem, LeavesALinkAloneThatSaysTheSame) {
    EXPECT_EQ(
        onHost(R"sh(
        for text in /dev/null /dev/null /dev/full; do
            host --symlink $text "$PWD/link" readlink link 2>&1 | sed "s,$PWD,,"
        done )sh"),
        (Lines{"/dev/null", "/dev/null", "bwrap: Can't make symlink at /link: existing destination is /dev/null"}));
}

TEST_P(BwrapFilesystem, StacksOverlaysWhateverTheirDirectoriesAreCalled) {
    EXPECT_EQ(onHost(R"sh(
        mkdir 'low ":,\' 'up ":,\' 'work ":,\' top
        printf 1 >'low ":,\/a'; printf 2 >'low ":,\/b'; printf 3 >top/b
        host --overlay-src 'low ":,\' --overlay-src top --overlay 'up ":,\' 'work ":,\' /tmp/o \
            sh -c 'cat /tmp/o/a /tmp/o/b; printf 4 >/tmp/o/a; cat /tmp/o/a; echo'
        cat 'low ":,\/a' 'up ":,\/a'; echo
        host --overlay-src 'low ":,\' --tmp-overlay /tmp/o --overlay-src top --tmp-overlay /tmp/p \
            sh -c 'printf 5 >/tmp/o/b; cat /tmp/o/b /tmp/p/b; echo'
        host --overlay-src 'low ":,\' --overlay-src top --ro-overlay /tmp/o sh -c 'touch /tmp/o/b || cat /tmp/o/b' 2>&1
        ls -A top )sh"),
              (Lines{"134", "14", "53", "touch: cannot touch '/tmp/o/b': Read-only file system", "3b"}));
}

} // namespace
} // namespace sandboxd::bus_tests
