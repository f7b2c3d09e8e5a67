// Command lines as well-known callers of bubblewrap give them: coding agents, image loaders, web engines, nix, flatpak.
#include "bwrap_script.hpp"

#include <linux/filter.h>
#include <linux/seccomp.h>

#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <fstream>

namespace sandboxd::bus_tests {
namespace {

namespace fs = std::filesystem;

// Refuses the making of directories, by either call, with an error that nothing else gives.
std::string filterAgainstDirectories() {
    constexpr std::array<sock_filter, 5> program{{
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mkdirat, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mkdir, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EXDEV),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    }};
    return {reinterpret_cast<const char*>(program.data()), sizeof program};
}

class BwrapCallers : public BwrapScriptTest {
protected:
    void SetUp() override {
        asUser(user_,
               [this] { std::ofstream(directory_ + "/filter", std::ios::binary) << filterAgainstDirectories(); });
    }
};

INSTANTIATE_TEST_SUITE_P(Engine, BwrapCallers, engines, engineName);

TEST_P(BwrapCallers, CodingAgent) {
    const Lines found = lines(R"sh(
        "$BWRAP" --new-session --die-with-parent --ro-bind / / --bind "$PWD" "$PWD" --dev /dev --unshare-pid --unshare-user \
            --unshare-net --proc /proc --argv0 agent -- bash -c '
            echo $0
            touch here && echo writable
            touch ../there 2>/dev/null || echo read-only
            ls /proc | grep -c "^[0-9]"
            ls /sys/class/net 2>/dev/null | wc -l >/dev/null
            awk "NR > 2 { print \$1 }" /proc/net/dev
            cut -d" " -f6 /proc/self/stat | grep -vc "^0$"
            pwd' )sh");
    ASSERT_EQ(found.size(), 7U);
    EXPECT_EQ(found[0], "agent");
    EXPECT_EQ(found[1], "writable");
    EXPECT_EQ(found[2], "read-only");
    EXPECT_LT(std::stoi(found[3]), 10);
    EXPECT_EQ(found[4], "lo:");
    EXPECT_EQ(found[5], "1");
    EXPECT_EQ(found[6], directory_);
    EXPECT_TRUE(fs::exists(directory_ + "/here"));
}

TEST_P(BwrapCallers, ImageLoader) {
    EXPECT_EQ(lines(R"sh(
        "$BWRAP" --unshare-all --die-with-parent --chdir / --ro-bind /usr /usr --dev /dev \
            --ro-bind-try /etc/ld.so.cache /etc/ld.so.cache --ro-bind-try /nix/store /nix/store \
            --symlink usr/lib /lib --symlink usr/lib64 /lib64 --tmpfs /tmp-home --tmpfs /tmp-run --clearenv \
            --setenv HOME /tmp-home --setenv XDG_RUNTIME_DIR /tmp-run --seccomp 8 \
            /usr/bin/bash -c '
            echo $HOME $PWD
            echo > $HOME/file && echo made
            mkdir $HOME/directory 2>&1 | grep -o "cross-device link"
            /usr/bin/env | /usr/bin/sort | /usr/bin/grep -v "^_=\|^SHLVL="
            /usr/bin/ls /etc' 8<filter)sh"),
              (Lines{"/tmp-home /", "made", "cross-device link", "HOME=/tmp-home", "PWD=/", "XDG_RUNTIME_DIR=/tmp-run",
                     "ld.so.cache"}));
}

TEST_P(BwrapCallers, WebEngine) {
    EXPECT_EQ(lines(R"sh(
        echo info >info; echo other >other
        printf '%s\0' --ro-bind /usr /usr --symlink usr/lib /lib --symlink usr/lib64 /lib64 --proc /proc --dev /dev \
            --unshare-pid --unshare-net --unshare-uts --ro-bind-data 5 /etc/info --bind-data 6 /etc/other \
            --tmpfs /run --dir /run/user --setenv GIO_USE_VFS local --seccomp 7 >args
        "$BWRAP" --args 9 -- /usr/bin/bash -c '
            cat /etc/info /etc/other; echo $GIO_USE_VFS; ls /proc/self/fd | tr "\n" " "; echo
            mkdir /run/x 2>/dev/null || echo filtered' 9<args 5<info 6<other 7<filter)sh"),
              (Lines{"info", "other", "local", "0 1 2 3 ", "filtered"}));
}

TEST_P(BwrapCallers, NixEnvironment) {
    const Lines found = lines(R"sh(
        mounts=()
        for dir in /*; do
            [ -d "$dir" ] && case $dir in /dev|/proc|/etc|/tmp) ;; *) mounts+=(--bind "$dir" "$dir") ;; esac
        done
        "$BWRAP" --dev-bind /dev /dev --proc /proc --chdir "$(pwd)" --die-with-parent --tmpfs /etc-host \
            --ro-bind-try /etc/no-such-file /etc/no-such-file --ro-bind-try /etc/passwd /etc/passwd --bind /tmp /tmp \
            --symlink usr/bin /bin2 "${mounts[@]}" -- bash -c '
            pwd; id -u; test -e /etc/no-such-file || echo skipped; grep -c "^root:" /etc/passwd
            readlink /bin2; echo x > /dev/null && echo device; kill -0 $PPID 2>/dev/null; echo $?' )sh");
    ASSERT_EQ(found.size(), 7U);
    EXPECT_EQ(found[0], directory_);
    EXPECT_EQ(found[1], std::to_string(user_.uid));
    EXPECT_EQ((Lines{found[2], found[3], found[4], found[5]}), (Lines{"skipped", "1", "usr/bin", "device"}));
}

TEST_P(BwrapCallers, ApplicationRunner) {
    const Lines found = lines(R"sh(
        touch .ref
        "$BWRAP" --unshare-pid --unshare-ipc --unshare-uts --ro-bind /usr /usr --symlink usr/lib /lib --symlink usr/lib64 \
            /lib64 --symlink usr/bin /bin --proc /proc --dev /dev --ro-bind "$PWD" /app --lock-file /app/.ref --tmpfs /tmp \
            --perms 0700 --dir /run/user/1 --perms 0600 --ro-bind-data 5 /.flatpak-info --file 6 /run/note \
            --chmod 0700 /run --info-fd 7 --json-status-fd 10 --seccomp 8 --dir /var --symlink /run /var/run \
            -- bash -c 'cat /.flatpak-info /run/note; stat -c %a /run/user/1 /run /.flatpak-info; ls /tmp; exit 4' \
            5< <(echo info) 6< <(echo note) 7>info 8<filter 10>status
        echo $?
        grep -c '"child-pid": [1-9]' info; grep -c '"pid-namespace": [1-9]' info
        grep -c '^{ "child-pid": [1-9].* }$' status; grep -c '^{ "exit-code": 4 }$' status )sh");
    EXPECT_EQ(found, (Lines{"info", "note", "700", "700", "600", "4", "1", "1", "1", "1"}));
}

TEST_P(BwrapCallers, LockIsHeldAsLongAsTheSandboxLives) {
    EXPECT_EQ(lines(R"sh(
        touch lock; mkfifo up down
        cat >try.py <<'END'
import fcntl, sys
try:
    fcntl.lockf(open("lock", "a"), fcntl.LOCK_EX | (0 if sys.argv[1] == "wait" else fcntl.LOCK_NB))
    print("free")
except OSError:
    print("held")
END
        "$BWRAP" --ro-bind / / --unshare-pid --bind "$PWD" "$PWD" --lock-file "$PWD/lock" sh -c 'echo > up; read x < down' &
        read x < up
        python3 try.py now; echo > down; python3 try.py wait; wait )sh"),
              (Lines{"held", "free"}));
}

TEST_P(BwrapCallers, BlockedCommandStartsWhenItIsLet) {
    EXPECT_EQ(lines(R"sh(
        mkfifo block
        "$BWRAP" --ro-bind / / --unshare-pid --bind "$PWD" "$PWD" --block-fd 5 --info-fd 6 \
            sh -c 'cat order' 5<>block 6> >(head -c 1 >/dev/null; echo first > order; echo > block) )sh"),
              (Lines{"first"}));
}

} // namespace
} // namespace sandboxd::bus_tests
