#include "frontends/stand.hpp"

#include <unistd.h>

#include <algorithm>
#include <utility>

namespace sandboxd::frontends {

client::Result<Stand> Stand::make(engine::Engine engine, std::vector<int> streams) {
    client::Result<watch::Signals> signals = watch::Signals::start();
    if (!signals) {
        return std::move(signals).error();
    }
    client::Result<watch::Lifeline> lifeline = watch::Lifeline::make();
    if (!lifeline) {
        return std::move(lifeline).error();
    }
    auto terminal = terminal::OwnTerminal::open(std::move(streams));
    if (!terminal) {
        return std::move(terminal).error();
    }
    return Stand(std::move(engine), std::move(lifeline).value(), std::move(signals).value(),
                 std::move(terminal).value());
}

client::Result<std::unique_ptr<watch::Payload>> Stand::spawn(client::Spec& spec) {
    spec.lifetime(client::Lifetime::descriptor).lifeline(lifeline_.watched.get());
    terminal_.give(spec);
    if (spec.fields().terminal) {
        spec.newSession(true); // of its own terminal, which only a session can have
    }
    return engine_.spawn(spec, watch::spawnOptions(signals_));
}

void Stand::handOver(const std::vector<int>& descriptors, std::optional<int> kept) {
    lifeline_.watched.reset();
    for (const int descriptor : descriptors) {
        if (descriptor > STDERR_FILENO && descriptor != kept) {
            ::close(descriptor);
        }
    }
}

} // namespace sandboxd::frontends
