// The signals that end or inform a command, as something to poll instead of something that kills us: the payload shall
// get them. By handlers, not by a mask: a mask would be part of what a payload takes over from its caller.
#pragma once

#include "sandboxd/descriptor.hpp"
#include "sandboxd/result.hpp"

namespace sandboxd::watch {

class Signals {
public:
    // INT, TERM, HUP, QUIT, USR1 and USR2, from here on to the process's end; one in a process. A signal that the
    // caller ignores (nohup) stays ignored.
    [[nodiscard]] static client::Result<Signals> start();

    // One more, likewise.
    void add(int signal);

    // Readable while a signal waits.
    [[nodiscard]] int fd() const noexcept { return fd_.get(); }

    // The number of the signal, 0 if none waits.
    [[nodiscard]] int take();

private:
    explicit Signals(client::Descriptor fd) : fd_(std::move(fd)) {}
    client::Descriptor fd_;
};

} // namespace sandboxd::watch
