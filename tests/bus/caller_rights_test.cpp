// What a caller has by its groups, keys, sockets and control groups, and what its payload has of that.
#include "bus_test.hpp"

#include <filesystem>
#include <fstream>
#include <grp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace sandboxd::bus_tests {
namespace {

namespace fs = std::filesystem;

class CallerRights : public BusTest {
protected:
    CallerRights() { fs::create_directories(directory_); }
    ~CallerRights() override { fs::remove_all(directory_); }

    std::string output(const User& user, const SpawnRequest& request) const {
        Line line;
        asUser(user, [&] {
            Connection connection;
            const Ran ran = runShell(connection, request);
            EXPECT_EQ(ran.spawned.error + ran.spawned.errorMessage, "");
            line.say(ran.output);
        });
        return line.hear();
    }
    std::string output(const SpawnRequest& request) const { return output(user_, request); }

    // Root's, of this group.
    void makeFile(const std::string& name, gid_t group, mode_t mode) const {
        const std::string path = directory_ + "/" + name;
        std::ofstream(path) << name << '\n';
        EXPECT_EQ(::chown(path.c_str(), 0, group), 0);
        EXPECT_EQ(::chmod(path.c_str(), mode), 0);
    }

    const std::string directory_ = "/srv/" + user_.name;
};

SpawnRequest python(const std::string& text) {
    return program({"python3", "-c", text});
}

TEST_F(CallerRights, S10_WhatIsClosedToAGroupOfTheCallersIsClosedInside) {
    const User member = freshUser({"bus-test-closed"});
    makeFile("closed", member.groups.at(0), 0604);
    const SpawnRequest look = shell("cat /d/closed 2>&1").mounting(bindReadOnly(directory_, "/d"));
    EXPECT_EQ(output(member, look), "cat: /d/closed: Permission denied\n");
    EXPECT_EQ(output(look), "closed\n");
}

TEST_F(CallerRights, S11_WhatIsOpenToAGroupOfTheCallersIsOpenInside) {
    const User member = freshUser({"bus-test-open"});
    makeFile("open", member.groups.at(0), 0640);
    const SpawnRequest look = shell("cat /d/open 2>&1").mounting(bindReadOnly(directory_, "/d"));
    EXPECT_EQ(output(member, look), "open\n");
    EXPECT_EQ(output(look), "cat: /d/open: Permission denied\n");
}

TEST_F(CallerRights, S11_AGroupThatTheCallerWasPutIntoLaterIsNotTheConnections) {
    const User member = freshUser({"bus-test-later"});
    makeFile("later", member.groups.at(0), 0640);
    User withoutIt = member;
    withoutIt.groups.clear();
    EXPECT_EQ(output(withoutIt, shell("cat /d/later 2>&1").mounting(bindReadOnly(directory_, "/d"))),
              "cat: /d/later: Permission denied\n");
}

TEST_F(CallerRights, S12_GroupsStayAsTheyAre) {
    const std::string change = "import os\n"
                               "try: os.setgroups([0])\n"
                               "except PermissionError: print('refused')";
    EXPECT_EQ(output(python(change)), "refused\n");
    const Rules rules("if (action.id.indexOf(\"org.sandboxd1.spawn-n\") == 0) return polkit.Result.YES;");
    EXPECT_EQ(output(python(change).with("identity", text("namespace-root")).with("uid", number(0))), "refused\n");
    SpawnRequest nested = program({"unshare", "-Ur", "python3", "-c", change});
    EXPECT_EQ(output(nested.with("nested-userns", boolean(true))), "refused\n");
}

// In the caller's network namespace, without a name in any file system.
TEST_F(CallerRights, S33_SocketsWithoutAPathAreReachedWithTheCallersNetworkOnly) {
    const UniqueFd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const std::string name = "bus-test-" + user_.name;
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    name.copy(&address.sun_path[1], name.size());
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    ASSERT_EQ(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), size), 0);
    ASSERT_EQ(::listen(listener.get(), 4), 0);
    const std::string knock = "import socket\n"
                              "try: socket.socket(socket.AF_UNIX).connect('\\0" +
                              name +
                              "'); print('reached')\n"
                              "except ConnectionRefusedError: print('nobody there')";
    EXPECT_EQ(output(python(knock)), "nobody there\n");
    EXPECT_EQ(output(python(knock).with("network", text("loopback"))), "nobody there\n");
    EXPECT_EQ(output(python(knock).with("network", text("host"))), "reached\n");
}

TEST_F(CallerRights, S33_SocketsWithAPathAreThereOnlyIfThatIsBound) {
    const std::string bus = std::string(::getenv("DBUS_SYSTEM_BUS_ADDRESS")).substr(std::string("unix:path=").size());
    const std::string knock = "import socket\n"
                              "for path in ('/run/dbus/system_bus_socket', '" +
                              bus +
                              "'):\n"
                              "    try: socket.socket(socket.AF_UNIX).connect(path); print('reached')\n"
                              "    except FileNotFoundError: print('not there')";
    const SpawnRequest look = python(knock);
    EXPECT_EQ(output(look), "not there\nnot there\n");
}

// keyctl(2) and add_key(2) by their numbers; -3 is the session keyring, -4 that of the user.
const std::string keys = "import ctypes, errno\n"
                         "libc = ctypes.CDLL(None, use_errno=True)\n"
                         "def find(ring): return libc.syscall(250, 10, ring, b'user', b'planted', 0)\n";

TEST_F(CallerRights, S36_KeysOfTheCallersAreNotThePayloads) {
    const std::string plant = keys +
                              "import subprocess, sys\n"
                              "libc.syscall(250, 1, None)\n" // a session keyring of its own
                              "for ring in (-3, -4): assert libc.syscall(248, b'user', b'planted', b'x', 1, ring) > 0\n"
                              "assert find(-3) > 0 and find(-4) > 0\n"
                              "sys.exit(subprocess.call(sys.argv[1:]))";
    const std::string steal = keys + "for ring in (-3, -4): print(find(ring), errno.errorcode[ctypes.get_errno()])\n";
    const auto found = [&](const std::string& filter) {
        return runAs(user_, {"python3", "-c", plant, "sandboxctl", "run", "--seccomp", filter, "python3", "-c", steal});
    };
    EXPECT_EQ(linesOf(found("default").output), (std::vector<std::string>{"-1 ENOSYS", "-1 ENOSYS"}));
    EXPECT_EQ(linesOf(found("off").output), (std::vector<std::string>{"-1 ENOKEY", "-1 ENOKEY"}));
}

TEST_F(CallerRights, S45_ControlGroupsAreNotThePayloadsToWrite) {
    const std::string script = "cd /cg && find . -writable 2>/dev/null | head -3; "
                               "for d in $(find . -name cgroup.procs 2>/dev/null); do "
                               "(echo $$ > $d) 2>/dev/null && echo moved to $d; done; find . | grep -c cgroup.procs";
    const std::string found = output(shell(script).mounting(bindWritable("/sys/fs/cgroup", "/cg")));
    EXPECT_EQ(linesOf(found).size(), 1U) << found;
    EXPECT_GT(std::stoi(found), 0);
}

// A subtree that is the caller's as user@.service's is: what is in it may be moved within, and nothing into it.
TEST_F(CallerRights, S46_TheCallerMovesNoPayloadIntoItsOwnControlGroup) {
    const char* root = ::getenv("PRIVATE_SYSTEM_CGROUP");
    ASSERT_NE(root, nullptr);
    const fs::path own = fs::path(root) / ("own-" + user_.name);
    fs::create_directory(own);
    for (const fs::path& path : {own, own / "cgroup.procs", own / "cgroup.threads"}) {
        ASSERT_EQ(::chown(path.c_str(), user_.uid, user_.gid), 0);
    }
    asUser(user_, [&] {
        Connection connection;
        const Spawned sandbox = connection.spawn(program({"sleep", "infinity"}));
        ASSERT_EQ(sandbox.error, "");
        const auto leader = connection.property(sandbox.path, Connection::sandboxInterface, "LeaderPID");
        std::uint32_t pid = 0;
        must(sd_bus_message_read(leader.message.get(), "v", "u", &pid), "read LeaderPID");
        std::ofstream procs(own / "cgroup.procs");
        EXPECT_TRUE(procs.is_open());
        EXPECT_FALSE(procs << pid << std::flush);
        connection.kill(sandbox.path, "all", 9);
        connection.wait(sandbox.path);
    });
    fs::remove(own);
}

TEST_F(CallerRights, S83_TheCallersNetworkIsThatAndTakesPolkitsWord) {
    const SpawnRequest request = program({"readlink", "/proc/self/ns/net"}).with("network", text("host"));
    Line line;
    asUser(user_, [&] { line.say(fs::read_symlink("/proc/self/ns/net").string() + "\n"); });
    EXPECT_EQ(output(request), line.hear());
    const Rules rules("if (detail(\"network\") == \"host\") return polkit.Result.NO;");
    asUser(user_, [&] { EXPECT_EQ(Connection().spawn(request).error, "AccessDenied"); });
}

} // namespace
} // namespace sandboxd::bus_tests
