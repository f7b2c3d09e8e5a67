#include "message.hpp"

#include <sys/socket.h>

#include <array>
#include <stdexcept>

namespace sandboxd::bus {
namespace {

void must(int result) {
    if (result < 0) {
        throw std::runtime_error("the bus library failed");
    }
}

// One that waits for a peer for ever: the library makes messages for a bus that has been started only.
sd_bus* startedBus() {
    static sd_bus* const bus = [] {
        static std::array<int, 2> ends{};
        must(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()));
        sd_bus* made = nullptr;
        must(sd_bus_new(&made));
        must(sd_bus_set_fd(made, ends[0], ends[0]));
        must(sd_bus_negotiate_fds(made, 1));
        must(sd_bus_start(made));
        return made;
    }();
    return bus;
}

} // namespace

Message written(const std::function<void(sd_bus_message*)>& write) {
    sd_bus_message* raw = nullptr;
    must(sd_bus_message_new_method_call(startedBus(), &raw, "a.b", "/a", "a.b", "C"));
    Message message(raw);
    write(raw);
    must(sd_bus_message_seal(raw, 1, 0));
    must(sd_bus_message_rewind(raw, 1));
    return message;
}

} // namespace sandboxd::bus
