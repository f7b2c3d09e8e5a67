#include "spawner_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace sandboxd::kernel_test {

namespace {

const char* spawnerPath() {
    const char* path = std::getenv("SANDBOXD_SPAWNER");
    return path != nullptr ? path : SPAWNER_PATH;
}

[[noreturn]] void fail(const std::string& what) {
    throw std::runtime_error("cannot " + what + ": " + std::strerror(errno));
}

// The first cgroup v2 mount in which a directory can be made; "" if there is none.
std::string findCgroup() {
    std::ifstream mounts("/proc/self/mountinfo");
    for (std::string line; std::getline(mounts, line);) {
        if (line.find(" - cgroup2 ") == std::string::npos) {
            continue;
        }
        std::size_t at = 0;
        for (int i = 0; i < 4; ++i) {
            at = line.find(' ', at) + 1;
        }
        const std::string path =
            line.substr(at, line.find(' ', at) - at) + "/sandboxd-kernel-tests-" + std::to_string(::getpid());
        if (::mkdir(path.c_str(), 0755) == 0) {
            return path;
        }
    }
    return "";
}

sockaddr_un addressOf(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    return address;
}

} // namespace

WorkDirectory::WorkDirectory() {
    char name[] = "/tmp/sandboxd-kernel-XXXXXX";
    if (::mkdtemp(name) == nullptr || ::chmod(name, 0755) != 0) {
        fail("make a directory");
    }
    path_ = name;
}

WorkDirectory::~WorkDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

SpawnerProcess::SpawnerProcess() : socketPath_(directory_.path() + "/spawner.socket"), cgroup_(findCgroup()) {
    listener_.reset(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    const sockaddr_un address = addressOf(socketPath_);
    if (::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener_.get(), 64) != 0 || ::chown(socketPath_.c_str(), brokerUid, 0) != 0 ||
        ::chmod(socketPath_.c_str(), 0666) != 0) { // strangers come in as well, to be refused by the spawner itself
        fail("listen on " + socketPath_);
    }
    start();
}

SpawnerProcess::~SpawnerProcess() {
    kill();
    if (!cgroup_.empty()) {
        ::rmdir((cgroup_ + "/wardens").c_str());
        ::rmdir(cgroup_.c_str());
    }
}

void SpawnerProcess::start() {
    pid_ = ::fork();
    if (pid_ != 0) {
        return;
    }
    ::dup2(listener_.get(), 3);
    ::fcntl(3, F_SETFD, 0);
    ::close_range(4, ~0U, 0);
    ::setenv("LISTEN_FDS", "1", 1);
    ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
    if (cgroup_.empty()) {
        ::execl(spawnerPath(), "sandboxd-spawner", nullptr);
    } else {
        ::execl(spawnerPath(), "sandboxd-spawner", "--cgroup", cgroup_.c_str(), nullptr);
    }
    ::_exit(127);
}

void SpawnerProcess::kill() {
    if (pid_ > 0) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = -1;
    }
}

void SpawnerProcess::restart() {
    kill();
    start();
}

UniqueFd SpawnerProcess::connectAs(uid_t uid) const {
    UniqueFd connection(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    const sockaddr_un address = addressOf(socketPath_);
    if (::seteuid(uid) != 0) {
        fail("become another uid");
    }
    const int result = ::connect(connection.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    if (::seteuid(0) != 0 || result != 0) {
        fail("connect to the spawner");
    }
    return connection;
}

} // namespace sandboxd::kernel_test
