// The control socket of one warden: its facts, the launch, its report, orders, and its end. Closing it before the
// launch ends the warden; closing it afterwards means nothing. Never waits.
#pragma once

#include "base/event.hpp"
#include "base/unique_fd.hpp"
#include "plan/warden_protocol.hpp"

#include <functional>
#include <optional>
#include <span>

namespace sandboxd::launch {

// A payload that has been executed.
struct Running {
    wire::Report report;
    UniqueFd pidfd;  // of the payload
    UniqueFd status; // memfd with one ExitStatus once the sandbox has ended
};

class WardenLink {
public:
    // Each is called at most once. The link may be destroyed in any of them.
    struct Handlers {
        std::function<void(const wire::Facts&)> facts;
        std::function<void(const wire::Report&)> failed; // setup ended with an error
        std::function<void(Running)> running;
        std::function<void()> ended; // end-of-file: the warden is gone
    };

    WardenLink(sd_event* loop, UniqueFd socket, Handlers handlers);

    void setHandlers(Handlers handlers) { handlers_ = std::move(handlers); }

    // `plan` is the sealed memfd, `fds` what came with the request. False: the warden is gone.
    bool launch(int plan, std::span<const int> fds);
    bool signalLeader(int signal);
    bool end();

private:
    void read();
    bool readFacts();
    bool readReport();
    void finish();

    enum class Expecting { facts, report, end };

    UniqueFd socket_;
    Handlers handlers_;
    Expecting expecting_ = Expecting::facts;
    EventSource watch_; // last: its callback uses the others
};

// What a status memfd says; nullopt while it is empty or if it is not understood (the warden was killed).
[[nodiscard]] std::optional<wire::ExitStatus> readExitStatus(int memory);

} // namespace sandboxd::launch
