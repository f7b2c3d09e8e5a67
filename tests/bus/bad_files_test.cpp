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
    // Expects SetupFailed, naming the operation, for a request with this further mount operation at its end.
    void expectRefused(const Operation& operation, const std::string& error = "SetupFailed") {
        asUser(user_, [&] {
            SpawnRequest request = program({"/bin/true"});
            const std::string index = std::to_string(request.mounts.size());
            Connection connection;
            const Spawned spawned = connection.spawn(request.mounting(operation));
            EXPECT_EQ(spawned.error, error) << spawned.errorMessage;
            EXPECT_NE(spawned.errorMessage.find(index), std::string::npos)
                << "the operation's index is not in: " << spawned.errorMessage;
        });
    }
};

TEST_F(BadFiles, S13_ASourceThatTheCallerCannotReachIsRefused) {
    const User other = freshUser();
    asUser(other, [&] { std::ofstream(other.home + "/secret") << "secret"; });
    expectRefused(bindReadOnly(other.home + "/secret", "/t"));
    expectRefused(bindReadOnly("/root/.", "/t"));
}

TEST_F(BadFiles, S13_AFileThatTheCallerCannotReadStaysUnreadableInside) {
    asUser(user_, [] {
        Connection connection;
        const Ran ran =
            runShell(connection, shell("cat /t || echo refused").mounting(bindReadOnly("/etc/shadow", "/t")));
        if (ran.spawned.error.empty()) {
            EXPECT_NE(ran.output.find("refused"), std::string::npos) << ran.output;
        } else {
            EXPECT_EQ(ran.spawned.error, "SetupFailed");
        }
    });
}

TEST_F(BadFiles, ASourceThatIsMissingIsRefused) {
    expectRefused(bindReadOnly("/no/such/thing", "/t"));
}

TEST_F(BadFiles, S15_MagicLinksAreNoSources) {
    for (const char* source : {"/proc/self/fd/0", "/proc/self/fd/3", "/proc/thread-self/fd/4", "/dev/fd/1",
                               "/proc/self/root", "/proc/self/cwd", "/proc/1/root", "/proc/self/ns/mnt"}) {
        SCOPED_TRACE(source);
        expectRefused(bindReadOnly(source, "/t"));
    }
}

TEST_F(BadFiles, S27_ASocketIsNoSource) {
    const std::string address = environment("DBUS_SYSTEM_BUS_ADDRESS");
    expectRefused(bindReadOnly(address.substr(address.find('/')), "/t"));
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

class TargetBehindLink : public BadFiles, public testing::WithParamInterface<const char*> {};

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
            Dictionary keys{{"target", bytes(std::string("/tree/") + link + "/bus-test-made-outside")}};
            if (operation == "bind" || operation == "symlink") {
                keys.emplace_back("source", bytes(user_.home));
            } else if (operation == "file") {
                keys.emplace_back("content", bytes("planted"));
            }
            connection.spawn(request.mounting({operation, keys})); // refused, or made inside the new root
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

TEST_F(BadFiles, S19_AWorkingDirectoryBehindALinkIsNotOutside) {
    asUser(user_, [this] {
        const fs::path tree = directoryWithLinks(user_);
        Connection connection;
        SpawnRequest request = shell("ls");
        request.mounting(bindReadOnly(tree, "/tree")).with("cwd", bytes("/tree/up"));
        const Ran ran = runShell(connection, request);
        EXPECT_EQ(ran.output.find("home"), std::string::npos) << "the host's root: " << ran.output;
    });
}

TEST_F(BadFiles, S18_TargetsThatChangeDuringSetupNeverLeadOutside) {
    asUser(user_, [this] {
        const fs::path tree = user_.home + "/tree";
        fs::create_directories(tree / "parent");
        fs::create_symlink("/tmp", tree / "link");
        UserProcess swapper = UserProcess::unchanged([&] {
            while (true) { // until its parent kills it
                renameat2(AT_FDCWD, (tree / "parent").c_str(), AT_FDCWD, (tree / "link").c_str(), RENAME_EXCHANGE);
            }
        });
        Connection connection;
        for (int round = 0; round < 20; ++round) {
            SpawnRequest request = program({"/bin/true"});
            request.mounting(bindWritable(tree, "/tree"))
                .mounting({"directory", {{"target", bytes("/tree/parent/bus-test-made-outside")}}});
            connection.spawn(request);
        }
        swapper.kill();
        EXPECT_FALSE(fs::exists("/tmp/bus-test-made-outside"));
    });
}

TEST_F(BadFiles, S16_ASourceThatChangesDuringSetupIsTheFirstResolvedOrRefused) {
    const User other = freshUser();
    asUser(other, [&] { std::ofstream(other.home + "/secret") << "secret"; });
    asUser(user_, [&] {
        const fs::path base = user_.home;
        fs::create_directories(base / "mine");
        std::ofstream(base / "mine/secret") << "mine";
        fs::create_symlink(other.home, base / "link");
        UserProcess swapper = UserProcess::unchanged([&] {
            while (true) { // until its parent kills it
                renameat2(AT_FDCWD, (base / "mine").c_str(), AT_FDCWD, (base / "link").c_str(), RENAME_EXCHANGE);
            }
        });
        Connection connection;
        for (int round = 0; round < 20; ++round) {
            const Ran ran = runShell(connection, shell("cat /t").mounting(bindReadOnly(base / "mine/secret", "/t")));
            EXPECT_TRUE(ran.output == "mine" || ran.spawned.error == "SetupFailed" ||
                        ran.spawned.error == "RateLimited")
                << ran.output << ran.spawned.errorMessage;
        }
        swapper.kill();
    });
}

struct OddDescriptor {
    const char* name;
    std::function<UniqueFd()> make;
};

class OddSource : public RefusalTest, public testing::WithParamInterface<OddDescriptor> {};

TEST_P(OddSource, S27_IsRefusedAsABindSource) {
    asUser(user_, [] {
        const UniqueFd fd = GetParam().make();
        ASSERT_TRUE(fd) << "cannot make one";
        Connection connection;
        SpawnRequest request = program({"/bin/true"});
        request.mounting({"bind", {{"source", descriptor(fd.get())}, {"target", bytes("/t")}}});
        const Spawned spawned = connection.spawn(request);
        EXPECT_TRUE(spawned.error == "SetupFailed" || spawned.error == "BadFileDescriptor")
            << spawned.error << ": " << spawned.errorMessage;
    });
}

std::vector<OddDescriptor> oddDescriptors() {
    return {
        {"Pidfd", [] { return openPidfd(getpid()); }},
        {"Namespace", [] { return UniqueFd(open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC)); }},
        {"Memfd", [] { return UniqueFd(memfd_create("test", MFD_CLOEXEC)); }},
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
