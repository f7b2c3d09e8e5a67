// The signals that end a command from a terminal or a supervisor, as something to poll instead of something that kills
// us: the payload shall get them.
#pragma once

#include "sandboxd/descriptor.hpp"
#include "sandboxd/result.hpp"

namespace sandboxd::watch {

class Signals {
public:
    // Blocks SIGINT, SIGTERM and SIGHUP from here on. One that the caller ignores (nohup) stays ignored.
    [[nodiscard]] static client::Result<Signals> start();

    // Readable while a signal is pending.
    [[nodiscard]] int fd() const noexcept { return fd_.get(); }

    // The number of the signal, 0 if none is pending.
    [[nodiscard]] int take();

private:
    explicit Signals(client::Descriptor fd) : fd_(std::move(fd)) {}
    client::Descriptor fd_;
};

} // namespace sandboxd::watch
