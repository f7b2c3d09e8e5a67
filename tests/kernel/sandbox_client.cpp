#include "sandbox_client.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace sandboxd::kernel_test {

namespace {

constexpr int patience = 20'000; // ms: longer than anything takes here, so that a hang is a failure

bool awaitReadable(int fd) {
    pollfd entry{fd, POLLIN, 0};
    return ::poll(&entry, 1, patience) > 0;
}

std::string readAll(int fd) {
    std::string text;
    char buffer[4096];
    for (;;) {
        if (!awaitReadable(fd)) {
            throw std::runtime_error("output does not end");
        }
        const ssize_t size = ::read(fd, buffer, sizeof buffer);
        if (size <= 0) {
            return text;
        }
        text.append(buffer, static_cast<std::size_t>(size));
    }
}

} // namespace

std::string freshId() {
    static std::uint64_t counter = 0;
    std::string id(wire::idLength, 'a');
    std::uint64_t value = ++counter;
    for (std::size_t i = wire::idLength; value != 0; value /= 26) {
        id[--i] = static_cast<char>('a' + value % 26);
    }
    return id;
}

wire::ReserveRequest requestFor(const CallerProcess& caller) {
    wire::ReserveRequest request{};
    request.kind = wire::RecordKind::reserveRequest;
    request.uid = callerUid;
    request.owner = firstOwner + 7;
    request.pid = caller.pid();
    std::memcpy(request.id, freshId().data(), wire::idLength);
    return request;
}

bool sendWithFds(int socket, const void* record, std::size_t size, const std::vector<int>& fds) {
    iovec part{const_cast<void*>(record), size};
    std::vector<char> control(CMSG_SPACE(sizeof(int) * fds.size()));
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (!fds.empty()) {
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        cmsghdr* header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int) * fds.size());
        std::memcpy(CMSG_DATA(header), fds.data(), sizeof(int) * fds.size());
    }
    return ::sendmsg(socket, &message, MSG_NOSIGNAL) == static_cast<ssize_t>(size);
}

ssize_t receiveWithFds(int socket, void* buffer, std::size_t capacity, std::vector<UniqueFd>& fds) {
    if (!awaitReadable(socket)) {
        throw std::runtime_error("no answer");
    }
    iovec part{buffer, capacity};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * 64)];
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const ssize_t size = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    for (cmsghdr* part2 = size < 0 ? nullptr : CMSG_FIRSTHDR(&message); part2 != nullptr;
         part2 = CMSG_NXTHDR(&message, part2)) {
        for (std::size_t i = 0; i < (part2->cmsg_len - CMSG_LEN(0)) / sizeof(int); ++i) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(part2) + i * sizeof fd, sizeof fd);
            fds.emplace_back(fd);
        }
    }
    return size;
}

bool reachesEnd(int socket) {
    char buffer[4096];
    std::vector<UniqueFd> fds;
    while (awaitReadable(socket)) {
        if (receiveWithFds(socket, buffer, sizeof buffer, fds) <= 0) {
            return true;
        }
    }
    return false;
}

SandboxClient::SandboxClient(const SpawnerProcess& spawner, const CallerProcess& caller) {
    reserve(spawner, requestFor(caller), {caller.pidfd()});
}

SandboxClient::SandboxClient(const SpawnerProcess& spawner, const wire::ReserveRequest& request,
                             const std::vector<int>& fds) {
    reserve(spawner, request, fds);
}

void SandboxClient::reserve(const SpawnerProcess& spawner, const wire::ReserveRequest& request,
                            const std::vector<int>& fds) {
    id_ = request.id;
    const UniqueFd connection = spawner.connectAs(brokerUid);
    std::vector<UniqueFd> received;
    if (!sendWithFds(connection.get(), &request, sizeof request, fds) ||
        receiveWithFds(connection.get(), &reply_, sizeof reply_, received) != sizeof reply_) {
        throw std::runtime_error("no reply to the reservation");
    }
    if (reply_.error != 0) {
        return;
    }
    control_ = std::move(received.at(0));
    if (receiveWithFds(control_.get(), &facts_, sizeof facts_, received) != sizeof facts_) {
        throw std::runtime_error("no facts");
    }
}

void SandboxClient::sendLaunch(int memfd, std::uint32_t fdCount, const std::vector<int>& fds) {
    const wire::Launch launch{wire::RecordKind::launch, fdCount};
    std::vector<int> all{memfd};
    all.insert(all.end(), fds.begin(), fds.end());
    if (!sendWithFds(control_.get(), &launch, sizeof launch, all)) {
        throw std::runtime_error("cannot send Launch");
    }
}

const wire::Report& SandboxClient::awaitReport() {
    std::vector<UniqueFd> received;
    if (receiveWithFds(control_.get(), &report_, sizeof report_, received) != sizeof report_) {
        throw std::runtime_error("no report");
    }
    if (report_.error == 0) {
        leader_ = std::move(received.at(0));
        status_ = std::move(received.at(1));
    }
    return report_;
}

const wire::Report& SandboxClient::launchMemfd(int memfd, const std::vector<int>& fds) {
    sendLaunch(memfd, static_cast<std::uint32_t>(fds.size()), fds);
    return awaitReport();
}

const wire::Report& SandboxClient::launch(PlanBlock plan, const std::vector<int>& fds) {
    plan.header.fdCount = static_cast<std::uint32_t>(fds.size());
    const UniqueFd memfd(sealedMemfd(plan.bytes()));
    return launchMemfd(memfd.get(), fds);
}

void SandboxClient::order(wire::OrderKind kind, int signal) {
    const wire::Order record{wire::RecordKind::order, kind, signal, 0};
    sendWithFds(control_.get(), &record, sizeof record, {}); // fails if the sandbox has just ended
}

std::optional<wire::ExitStatus> SandboxClient::awaitEnd() {
    if (!awaitReadable(leader_.get()) || (control_ && !reachesEnd(control_.get()))) {
        throw std::runtime_error("the sandbox does not end");
    }
    wire::ExitStatus status{};
    if (::pread(status_.get(), &status, sizeof status, 0) != sizeof status) {
        return std::nullopt;
    }
    return status;
}

PlanBlock ordinaryPlan() {
    using wire::MountKind;
    PlanBlock plan(callerUid, callerGid);
    plan.bindReadOnly("/usr").bindReadOnly("/etc");
    for (const char* name : {"bin", "sbin", "lib", "lib64"}) {
        plan.add({MountKind::symlink, std::string("/") + name, std::string("usr/") + name});
    }
    plan.add({MountKind::dev, "/dev", ""}).add({MountKind::proc, "/proc", ""});
    plan.add({MountKind::tmpfs, "/tmp", "", 0, -1, 01777});
    plan.environment = {"PATH=/usr/bin:/bin", "LANG=C"};
    plan.groups = {callerGid, extraGid};
    return plan;
}

Outcome run(const SpawnerProcess& spawner, const CallerProcess& caller, PlanBlock plan, std::vector<int> fds) {
    int output[2];
    if (::pipe2(output, O_CLOEXEC) != 0) {
        throw std::runtime_error("cannot make a pipe");
    }
    const UniqueFd reader(output[0]);
    UniqueFd writer(output[1]);
    fds.push_back(writer.get());
    const auto index = static_cast<std::uint32_t>(fds.size() - 1);
    std::vector<wire::FdAssignment> assignments{{1, index}, {2, index}};
    for (const wire::FdAssignment& other : plan.fds) {
        assignments.push_back(other);
    }
    plan.fds = assignments;
    SandboxClient client(spawner, caller);
    if (client.error() != 0 || client.facts().error != 0) {
        throw std::runtime_error("cannot reserve a warden: " + std::to_string(client.error()) + ", facts " +
                                 std::to_string(client.facts().error));
    }
    Outcome result;
    result.report = client.launch(std::move(plan), fds);
    writer.reset();
    if (result.report.error == 0) {
        result.output = readAll(reader.get());
        result.status = client.awaitEnd();
    } else if (!reachesEnd(client.control())) {
        throw std::runtime_error("the warden does not end");
    }
    return result;
}

Outcome run(const SpawnerProcess& spawner, PlanBlock plan, std::vector<int> fds) {
    const CallerProcess caller;
    return run(spawner, caller, std::move(plan), std::move(fds));
}

} // namespace sandboxd::kernel_test
