// A terminal of the payload's own in place of those of our standard streams that are one.
#pragma once

#include "payload.hpp"
#include "sandboxd/spec.hpp"
#include "terminal/relay.hpp"

#include <optional>
#include <vector>

namespace sandboxd::terminal {

// Of 0, 1 and 2: those on our controlling terminal, if we are in its foreground.
[[nodiscard]] std::vector<int> controllingStreams();

// Of 0, 1 and 2: those that are any terminal.
[[nodiscard]] std::vector<int> terminalStreams();

class OwnTerminal {
public:
    // For these streams; without any the payload gets none.
    [[nodiscard]] static client::Result<OwnTerminal> open(std::vector<int> streams);

    // The payload gets it instead of the streams, and as its controlling terminal. Borrowed until spawn() returns.
    void give(client::Spec& spec) const;

    // watch::awaitEnd, relaying meanwhile.
    [[nodiscard]] client::Result<client::ExitStatus> awaitEnd(watch::Payload& payload, watch::Signals& signals,
                                                              const watch::Complain& complain);

private:
    explicit OwnTerminal(std::vector<int> streams) : streams_(std::move(streams)) {}

    std::vector<int> streams_;
    std::optional<Relay> relay_;
};

} // namespace sandboxd::terminal
