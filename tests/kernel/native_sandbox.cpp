#include "native_sandbox.hpp"

#include "warden/native.hpp"

#include <fcntl.h>
#include <grp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

namespace sandboxd::kernel_test {

namespace {

struct Request {
    const PlanBlock& plan;
    const std::vector<int>& fds;
    const warden::Brought& brought;
    bool newUserNamespace;
    const warden::ParentsMaps& maps;
};

[[noreturn]] void runAsCaller(const Request& request, int control) {
    if (!becomeCaller()) {
        ::_exit(1);
    }
    warden::Host host;
    host.proc = ::open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
    host.devNull = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    host.native = true;
    host.brought = request.brought;
    host.hasRanges = request.maps.users || request.maps.groups;
    const std::vector<std::byte> bytes = request.plan.bytes();
    warden::runNativeWarden(host, {bytes.data(), bytes.size(), request.fds.data(),
                                   static_cast<std::uint32_t>(request.fds.size()), control, request.newUserNamespace,
                                   request.maps});
}

} // namespace

Pipe::Pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) == 0) {
        read.reset(ends[0]);
        write.reset(ends[1]);
    }
}

std::string Pipe::readAll() {
    write.reset();
    std::string text;
    char byte = 0;
    while (::read(read.get(), &byte, 1) == 1) {
        text += byte;
    }
    return text;
}

bool becomeCaller() {
    return ::setgroups(0, nullptr) == 0 && ::setresgid(callerGid, callerGid, callerGid) == 0 &&
           ::setresuid(callerUid, callerUid, callerUid) == 0 && ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0;
}

NativeSandbox::NativeSandbox(PlanBlock plan, const std::vector<int>& fds, const warden::Brought& brought,
                             bool newUserNamespace, const warden::ParentsMaps& maps) {
    plan.header.fdCount = static_cast<std::uint32_t>(fds.size());
    plan.idleFilter.clear();
    plan.filter.clear();
    std::array<int, 2> pair{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.data()), 0);
    control_.reset(pair[0]);
    const UniqueFd theirs(pair[1]);
    pid_ = ::fork();
    if (pid_ == 0) {
        runAsCaller({plan, fds, brought, newUserNamespace, maps}, theirs.get());
    }
}

NativeSandbox::~NativeSandbox() {
    control_.reset();
    ::waitpid(pid_, nullptr, 0);
}

void NativeSandbox::awaitCallForMaps() {
    char call = 0;
    EXPECT_EQ(::recv(control_.get(), &call, 1, 0), 1);
}

void NativeSandbox::writeMap(const std::string& name, const std::string& lines) {
    const UniqueFd file(::open(("/proc/" + std::to_string(pid_) + "/" + name).c_str(), O_WRONLY | O_CLOEXEC));
    EXPECT_EQ(::write(file.get(), lines.data(), lines.size()), static_cast<ssize_t>(lines.size()));
}

void NativeSandbox::sayMapped() {
    EXPECT_EQ(::send(control_.get(), "", 1, 0), 1);
}

void NativeSandbox::sayNothingMore() {
    EXPECT_EQ(::shutdown(control_.get(), SHUT_WR), 0);
}

wire::Report NativeSandbox::report() {
    wire::Report report{};
    EXPECT_EQ(receiveWithFds(control_.get(), &report, sizeof report, fds_), ssize_t{sizeof report});
    return report;
}

wire::ExitStatus NativeSandbox::awaitEnd() {
    EXPECT_TRUE(reachesEnd(control_.get()));
    wire::ExitStatus status{};
    EXPECT_EQ(::pread(fds_.at(1).get(), &status, sizeof status, 0), ssize_t{sizeof status});
    return status;
}

} // namespace sandboxd::kernel_test
