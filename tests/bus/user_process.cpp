#include "user_process.hpp"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <system_error>

#include <gtest/gtest.h>

namespace sandboxd::bus_tests {
namespace {

constexpr uid_t firstFreshUid = 64100; // behind the accounts that the private system comes with

void check(bool worked, const char* what) {
    if (!worked) {
        throw std::system_error(errno, std::generic_category(), what);
    }
}

void appendLine(const std::string& file, const std::string& line) {
    std::ofstream stream(file, std::ios::app);
    stream << line << '\n';
    check(static_cast<bool>(stream.flush()), file.c_str());
}

gid_t groupNamed(const std::string& name) {
    static gid_t next = 64900;
    if (const group* known = getgrnam(name.c_str()); known != nullptr) {
        return known->gr_gid;
    }
    appendLine("/etc/group", name + ":x:" + std::to_string(next) + ":");
    return next++;
}

// polkitd asks the account database for groups: the member has to stand in the group's line.
void addMember(const std::string& groupName, const std::string& member) {
    std::ifstream in("/etc/group");
    std::string content;
    for (std::string line; std::getline(in, line); content += line + '\n') {
        if (line.rfind(groupName + ":", 0) == 0) {
            line += (line.back() == ':' ? "" : ",") + member;
        }
    }
    std::ofstream out("/etc/group", std::ios::trunc); // in place: the file is a mount of the private system
    out << content;
    check(static_cast<bool>(out.flush()), "/etc/group");
}

int runBody(const std::function<void()>& body) {
    try {
        body();
    } catch (const std::exception& error) {
        ADD_FAILURE() << "in the child: " << error.what();
    }
    fflush(nullptr); // _exit() does not
    return testing::Test::HasFailure() ? 1 : 0;
}

} // namespace

User freshUser(const std::vector<std::string>& groups) {
    static uid_t next = firstFreshUid;
    User user;
    user.uid = next;
    user.gid = next++;
    user.name = "bus-test-" + std::to_string(user.uid);
    user.home = "/home/" + user.name;
    appendLine("/etc/group", user.name + ":x:" + std::to_string(user.gid) + ":");
    appendLine("/etc/passwd", user.name + ":x:" + std::to_string(user.uid) + ":" + std::to_string(user.gid) +
                                  "::" + user.home + ":/bin/sh");
    for (const std::string& name : groups) {
        user.groups.push_back(groupNamed(name));
        addMember(name, user.name);
    }
    check(mkdir(user.home.c_str(), 0700) == 0 || errno == EEXIST, user.home.c_str());
    check(chown(user.home.c_str(), user.uid, user.gid) == 0, user.home.c_str());
    return user;
}

Line::Line() {
    std::array<int, 2> ends{};
    check(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) == 0, "socketpair");
    speaker_ = UniqueFd(ends[0]);
    listener_ = UniqueFd(ends[1]);
}

void Line::say(const std::string& text) const {
    check(send(speaker_.get(), text.data(), text.size(), 0) >= 0, "say");
}

std::string Line::hear() const {
    awaitReadable(listener_.get(), "a word of the other process");
    std::array<char, 65536> buffer{};
    const ssize_t size = recv(listener_.get(), buffer.data(), buffer.size(), 0);
    check(size >= 0, "hear");
    return {buffer.data(), static_cast<std::size_t>(size)};
}

void becomeUser(const User& user) {
    for (const int number : {SIGHUP, SIGINT, SIGQUIT}) {
        signal(number, SIG_DFL); // nohup or a shell without job control may have had them ignored
    }
    std::vector<gid_t> groups = user.groups;
    groups.push_back(user.gid);
    check(setgroups(groups.size(), groups.data()) == 0, "setgroups");
    check(setresgid(user.gid, user.gid, user.gid) == 0, "setresgid");
    check(setresuid(user.uid, user.uid, user.uid) == 0, "setresuid");
    check(prctl(PR_SET_DUMPABLE, 1) == 0, "dumpable");
    check(setenv("HOME", user.home.c_str(), 1) == 0 && setenv("USER", user.name.c_str(), 1) == 0, "environment");
}

UserProcess::UserProcess(const std::function<void()>& body) {
    fflush(nullptr); // or the child would print it once more
    pid_ = fork();
    check(pid_ >= 0, "fork");
    running_ = true;
    if (pid_ == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        _exit(runBody(body));
    }
}

UserProcess::UserProcess(const User& user, const std::function<void()>& body)
    : UserProcess([&] {
          becomeUser(user);
          prctl(PR_SET_PDEATHSIG, SIGKILL); // the change of ids has cleared it
          body();
      }) {}

UserProcess UserProcess::unchanged(const std::function<void()>& body) {
    return UserProcess(body);
}

UserProcess::~UserProcess() {
    if (running_) {
        EXPECT_EQ(await(), 0) << "a child failed: see above";
    }
}

int UserProcess::await() {
    const UniqueFd pidfd = openPidfd(pid_);
    running_ = false;
    try {
        awaitReadable(pidfd.get(), "the child's end", childPatienceMs);
    } catch (const std::exception& error) {
        ADD_FAILURE() << error.what();
        ::kill(pid_, SIGKILL);
    }
    int status = 0;
    check(waitpid(pid_, &status, 0) == pid_, "waitpid");
    return status;
}

void UserProcess::finish() {
    EXPECT_EQ(await(), 0) << "a child failed: see above";
}

void UserProcess::kill() {
    check(::kill(pid_, SIGKILL) == 0, "kill");
    await();
}

void asUser(const User& user, const std::function<void()>& body) {
    UserProcess(user, body).finish();
}

void awaitReadable(int fd, const std::string& what, int patience) {
    pollfd entry{fd, POLLIN, 0};
    const int ready = poll(&entry, 1, patience);
    check(ready >= 0, "poll");
    if (ready == 0) {
        throw std::runtime_error("waited in vain for " + what);
    }
}

UniqueFd openPidfd(pid_t pid) {
    const long fd = syscall(SYS_pidfd_open, pid, 0);
    check(fd >= 0, "pidfd_open");
    return UniqueFd(static_cast<int>(fd));
}

void awaitExit(int pidfd, const std::string& what) {
    awaitReadable(pidfd, what);
}

} // namespace sandboxd::bus_tests
