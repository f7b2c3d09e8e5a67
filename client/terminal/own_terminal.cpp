#include "terminal/own_terminal.hpp"

#include <unistd.h>

namespace sandboxd::terminal {
namespace {

template <typename Accepts> std::vector<int> streamsThat(Accepts accepts) {
    std::vector<int> streams;
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (accepts(fd)) {
            streams.push_back(fd);
        }
    }
    return streams;
}

} // namespace

std::vector<int> controllingStreams() {
    return streamsThat([](int fd) { return ::tcgetpgrp(fd) == ::getpgrp(); }); // -1 for every other terminal
}

std::vector<int> terminalStreams() {
    return streamsThat([](int fd) { return ::isatty(fd) == 1; });
}

client::Result<OwnTerminal> OwnTerminal::open(std::vector<int> streams) {
    OwnTerminal own(std::move(streams));
    if (own.streams_.empty()) {
        return own;
    }
    client::Result<Relay> relay = Relay::start(own.streams_.front(), own.streams_.back());
    if (!relay) {
        return std::move(relay).error();
    }
    own.relay_.emplace(std::move(relay).value());
    return own;
}

void OwnTerminal::give(client::Spec& spec) const {
    for (const int stream : streams_) {
        spec.descriptor(static_cast<std::uint32_t>(stream), relay_->slave());
    }
    if (relay_) {
        spec.terminal(relay_->slave());
    }
}

client::Result<client::ExitStatus> OwnTerminal::awaitEnd(watch::Payload& payload, watch::Signals& signals,
                                                         const watch::Complain& complain) {
    if (relay_) {
        relay_->run(payload.pidfd(), signals, [&](int signal) { watch::forward(payload, signal, complain); });
    }
    return watch::awaitEnd(payload, signals, complain);
}

} // namespace sandboxd::terminal
