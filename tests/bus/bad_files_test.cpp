// Mount sources and targets that a hostile caller names: refused by the kernel for the caller's own rights, with the
// operation in the message, and nothing outside the sandbox is made or changed.
#include "bus_test.hpp"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace sandboxd::bus_tests {
namespace {

namespace fs = std::filesystem;

class BadFiles : public RefusalTest {
protected:
    // Expects SetupFailed, with operation, source and reason, for a request with a bind of `source` at its end.
    void expectRefused(const std::string& source, const std::string& reason) {
        asUser(user_, [&] {
            SpawnRequest request = program({"/bin/true"});
            const std::string index = std::to_string(request.mounts.size());
            Connection connection;
            const Spawned spawned = connection.spawn(request.mounting(bindReadOnly(source, "/t")));
            EXPECT_EQ(spawned.error, "SetupFailed");
            EXPECT_EQ(spawned.errorMessage,
                      "setup: mounts: operation " + index + ": cannot open the source \"" + source + "\": " + reason);
        });
    }
};

TEST_F(BadFiles, S13_ASourceThatTheCallerCannotReachIsRefused) {
    const User other = freshUser();
    asUser(other, [&] { std::ofstream(other.home + "/secret") << "secret"; });
    expectRefused(other.home + "/secret", "Permission denied");
    expectRefused("/root/.", "Permission denied");
}

TEST_F(BadFiles, S13_AFileThatTheCallerCannotReadStaysUnreadableInside) {
    asUser(user_, [] {
        Connection connection;
        const Ran ran = runShell(connection, shell("cat /t").mounting(bindReadOnly("/etc/shadow", "/t")));
        EXPECT_EQ(ran.spawned.error, "") << ran.spawned.errorMessage;
        EXPECT_EQ(ran.output, "cat: /t: Permission denied\n");
    });
}

TEST_F(BadFiles, ASourceThatIsMissingIsRefused) {
    expectRefused("/no/such/thing", "No such file or directory");
}

TEST_F(BadFiles, S15_MagicLinksAreNoSources) {
    for (const char* source : {"/proc/self/fd/0", "/proc/self/fd/3", "/proc/thread-self/fd/4", "/dev/fd/1",
                               "/proc/self/root", "/proc/self/cwd", "/proc/self/ns/mnt"}) {
        expectRefused(source, "Too many levels of symbolic links");
    }
    expectRefused("/proc/1/root", "Permission denied"); // not even to be looked at
}

TEST_F(BadFiles, S33_ASocketIsThereIfItsPathIsBoundAndNotElse) {
    const std::string address = environment("DBUS_SYSTEM_BUS_ADDRESS");
    const std::string path = address.substr(address.find('/'));
    asUser(user_, [&] {
        Connection connection;
        const std::string look = "[ -e " + path + " ] || echo none; stat -c %F /t";
        const Ran ran = runShell(connection, shell(look).mounting(bindReadOnly(path, "/t")));
        EXPECT_EQ(ran.output, "none\nsocket\n") << ran.spawned.errorMessage;
    });
}

class BadCommand : public RefusalTest {
protected:
    void expectExecFailed(const std::string& command, const std::string& reason) {
        asUser(user_, [&] {
            Connection connection;
            const Spawned spawned = connection.spawn(program({command}));
            EXPECT_EQ(spawned.error, "ExecFailed") << spawned.errorMessage;
            EXPECT_NE(spawned.errorMessage.find(command), std::string::npos) << spawned.errorMessage;
            EXPECT_NE(spawned.errorMessage.find(reason), std::string::npos) << spawned.errorMessage;
        });
    }
};

TEST_F(BadCommand, ThatIsMissingIsNamed) {
    expectExecFailed("/no/such/command", "No such file or directory");
    expectExecFailed("no-such-command", "No such file or directory");
}

TEST_F(BadCommand, ThatIsNotExecutableIsNamed) {
    expectExecFailed("/etc/passwd", "Permission denied");
}

TEST_F(BadCommand, ThatIsADirectoryIsNamed) {
    expectExecFailed("/usr", "Permission denied");
}

// A directory of the caller's with symlinks that lead out of it, each a way out of the new root if it were followed.
fs::path directoryWithLinks(const User& user) {
    fs::path directory = user.home + "/tree";
    fs::create_directories(directory);
    for (const auto& [name, target] : {std::pair{"up", "../../../../.."}, std::pair{"absolute", "/"},
                                       std::pair{"tmp", "/tmp"}, std::pair{"etc", "/etc"}}) {
        fs::create_symlink(target, directory / name);
    }
    return directory;
}

class TargetBehindLink : public BusTest, public testing::WithParamInterface<const char*> {};

TEST_P(TargetBehindLink, S17_S19_OfEveryOperationMakesNothingOutside) {
    asUser(user_, [this] { directoryWithLinks(user_); });
    const fs::path outside = "/tmp/bus-test-made-outside";
    ASSERT_FALSE(fs::exists(outside));
    const std::string operation = GetParam();
    asUser(user_, [&] {
        Connection connection;
        for (const char* link : {"up", "absolute", "up/tmp", "absolute/tmp", "tmp"}) {
            SpawnRequest request = program({"/bin/true"});
            request.mounting(bindWritable(user_.home + "/tree", "/tree"));
            const std::string target = std::string("/tree/") + link + "/bus-test-made-outside";
            Dictionary keys{{"target", bytes(target)}};
            if (operation == "bind" || operation == "symlink") {
                keys.emplace_back("source", bytes(user_.home));
            } else if (operation == "file") {
                keys.emplace_back("content", bytes("planted"));
            }
            const Spawned spawned = connection.spawn(request.mounting({operation, keys}));
            EXPECT_EQ(spawned.error, "") << operation << " through " << link << ": " << spawned.errorMessage;
            EXPECT_FALSE(fs::exists(outside)) << operation << " through " << link;
            EXPECT_FALSE(fs::exists(user_.home + "/tree/bus-test-made-outside")) << operation << " through " << link;
        }
    });
    EXPECT_FALSE(fs::exists(outside));
    EXPECT_FALSE(fs::exists("/bus-test-made-outside"));
}

INSTANTIATE_TEST_SUITE_P(Operation, TargetBehindLink,
                         testing::Values("bind", "tmpfs", "proc", "dev", "devpts", "directory", "file", "symlink"),
                         [](const auto& each) { return std::string(each.param); });

class WorkingDirectory : public BusTest {
protected:
    WorkingDirectory() {
        asUser(user_, [this] { directoryWithLinks(user_); });
    }

    // A script whose working directory is this link of the directory.
    SpawnRequest through(const std::string& link, const std::string& script) const {
        SpawnRequest request = shell(script);
        request.mounting(bindReadOnly(user_.home + "/tree", "/tree")).with("cwd", bytes("/tree/" + link));
        return request;
    }
};

TEST_F(WorkingDirectory, S19_BehindALinkToTheRootIsTheNewRoot) {
    asUser(user_, [this] {
        Connection connection;
        for (const char* link : {"up", "absolute"}) {
            const Ran ran =
                runShell(connection, through(link, "pwd -P; [ . -ef / ] && echo root; [ -e home ] && echo outside"));
            EXPECT_EQ(ran.output, "/\nroot\n") << link << ": " << ran.spawned.errorMessage;
        }
    });
}

TEST_F(WorkingDirectory, S19_BehindALinkToAnotherDirectoryIsTheOneInside) {
    const fs::path marker = "/tmp/bus-test-outside";
    std::ofstream(marker) << "of the host";
    asUser(user_, [this] {
        Connection connection;
        const Ran ran = runShell(connection, through("tmp", "pwd -P; ls -A"));
        EXPECT_EQ(ran.output, "/tmp\n") << ran.spawned.errorMessage;
    });
    fs::remove(marker);
}

TEST_F(WorkingDirectory, S19_BehindALinkToWhatIsOutsideOnlyIsMissing) {
    asUser(user_, [this] {
        fs::create_symlink(user_.home, user_.home + "/tree/home"); // there outside, not inside
        Connection connection;
        const Spawned spawned = connection.spawn(through("home", "pwd"));
        EXPECT_EQ(spawned.error, "SetupFailed");
        EXPECT_EQ(spawned.errorMessage,
                  "setup: cwd: cannot enter the working directory \"/tree/home\": No such file or directory");
    });
}

struct OddDescriptor {
    const char* name;
    std::function<UniqueFd()> make;
    const char* reason = "Operation not supported";
};

class OddSource : public RefusalTest, public testing::WithParamInterface<OddDescriptor> {};

TEST_P(OddSource, S27_IsRefusedAsABindSource) {
    asUser(user_, [] {
        const UniqueFd fd = GetParam().make();
        ASSERT_TRUE(fd) << "cannot make one";
        Connection connection;
        SpawnRequest request = program({"/bin/true"});
        const std::string index = std::to_string(request.mounts.size());
        request.mounting({"bind", {{"source", descriptor(fd.get())}, {"target", bytes("/t")}}});
        const Spawned spawned = connection.spawn(request);
        EXPECT_EQ(spawned.error, "SetupFailed");
        EXPECT_EQ(spawned.errorMessage,
                  "setup: mounts: operation " + index + ": cannot open the source (descriptor): " + GetParam().reason);
    });
}

std::vector<OddDescriptor> oddDescriptors() {
    return {
        {"Pidfd", [] { return openPidfd(getpid()); }},
        {"Namespace", [] { return UniqueFd(open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC)); }},
        {"Memfd", [] { return UniqueFd(memfd_create("test", MFD_CLOEXEC)); }, "No such file or directory"},
        {"Pipe", [] { return std::move(Pipe().readEnd); }},
        {"Socket", [] { return UniqueFd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)); }},
        {"Epoll", [] { return UniqueFd(epoll_create1(EPOLL_CLOEXEC)); }},
        {"LinkItself",
         [] {
             const std::string link = std::string(getenv("HOME")) + "/link";
             fs::create_symlink("/etc", link);
             return UniqueFd(open(link.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
         }},
        {"ProcDirectory", [] { return UniqueFd(open("/proc/self", O_PATH | O_CLOEXEC)); }},
        {"SysDirectory", [] { return UniqueFd(open("/sys", O_PATH | O_CLOEXEC)); }},
        {"Device", [] { return UniqueFd(open("/dev/null", O_RDWR | O_CLOEXEC)); }},
    };
}

INSTANTIATE_TEST_SUITE_P(Kind, OddSource, testing::ValuesIn(oddDescriptors()),
                         [](const auto& each) { return std::string(each.param.name); });

} // namespace
} // namespace sandboxd::bus_tests
