#include "launch/warden_link.hpp"

#include "launch/packet.hpp"

#include <sys/epoll.h>

#include <unistd.h>

#include <vector>

namespace sandboxd::launch {

WardenLink::WardenLink(sd_event* loop, UniqueFd socket, Handlers handlers)
    : socket_(std::move(socket)), handlers_(std::move(handlers)),
      watch_(EventSource::watch(loop, socket_.get(), EPOLLIN, [this](std::uint32_t) { read(); })) {}

bool WardenLink::launch(int plan, std::span<const int> fds) {
    std::vector<int> all{plan};
    all.insert(all.end(), fds.begin(), fds.end());
    const wire::Launch record{.kind = wire::RecordKind::launch, .fdCount = static_cast<std::uint32_t>(fds.size())};
    expecting_ = Expecting::report;
    return sendRecord(socket_.get(), record, all);
}

bool WardenLink::signalLeader(int signal) {
    return sendRecord(socket_.get(), wire::Order{.kind = wire::RecordKind::order,
                                                 .order = wire::OrderKind::signalLeader,
                                                 .signal = signal,
                                                 .reserved = 0});
}

bool WardenLink::end() {
    return sendRecord(
        socket_.get(),
        wire::Order{.kind = wire::RecordKind::order, .order = wire::OrderKind::end, .signal = 0, .reserved = 0});
}

void WardenLink::read() {
    const bool more = expecting_ == Expecting::facts    ? readFacts()
                      : expecting_ == Expecting::report ? readReport()
                                                        : false;
    if (!more) {
        finish();
    }
}

// The handler may destroy this link: nothing of it is touched after the call.
bool WardenLink::readFacts() {
    wire::Facts facts{};
    std::vector<UniqueFd> fds;
    const Received received = receiveRecord(socket_.get(), facts, fds);
    if (received != Received::packet) {
        return received == Received::nothing;
    }
    if (facts.kind != wire::RecordKind::facts || !fds.empty()) {
        return false;
    }
    facts.label[wire::labelCapacity - 1] = '\0';
    expecting_ = Expecting::report;
    const auto handler = handlers_.facts;
    handler(facts);
    return true;
}

bool WardenLink::readReport() {
    wire::Report report{};
    std::vector<UniqueFd> fds;
    const Received received = receiveRecord(socket_.get(), report, fds);
    if (received != Received::packet) {
        return received == Received::nothing;
    }
    const std::size_t expected = report.error == 0 ? 2 : 0;
    if (report.kind != wire::RecordKind::report || fds.size() != expected) {
        return false;
    }
    expecting_ = Expecting::end;
    const Handlers handlers = handlers_;
    if (report.error != 0) {
        handlers.failed(report);
    } else {
        handlers.running(Running{report, std::move(fds[0]), std::move(fds[1])});
    }
    return true;
}

void WardenLink::finish() {
    watch_.reset();
    const auto handler = handlers_.ended;
    handler();
}

std::optional<wire::ExitStatus> readExitStatus(int memory) {
    wire::ExitStatus status{};
    const ssize_t size = ::pread(memory, &status, sizeof status, 0);
    if (size != static_cast<ssize_t>(sizeof status) || status.kind != wire::RecordKind::exitStatus) {
        return std::nullopt;
    }
    return status;
}

} // namespace sandboxd::launch
