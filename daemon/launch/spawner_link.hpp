// The broker's connection to the spawner: reserves wardens. Connects when needed, again after the spawner went away.
// Never waits for it.
#pragma once

#include "base/event.hpp"
#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "plan/warden_protocol.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>

namespace sandboxd::launch {

struct Reservation {
    std::string id; // 26 characters
    std::uint32_t uid = 0;
    std::uint32_t owner = 0;
    std::int32_t pid = 0;
};

class SpawnerLink {
public:
    // The control socket of the warden, or SetupFailed.
    using Answer = std::function<void(Result<UniqueFd>)>;

    SpawnerLink(sd_event* loop, std::string path) : loop_(loop), path_(std::move(path)) {}

    // `pidfd` names the caller and stays the caller's of this function. `answer` comes from the loop, never from here.
    void reserve(const Reservation& reservation, int pidfd, Answer answer);
    // The answer is not wanted any more; a socket that still comes is closed, which ends that warden.
    void forget(const std::string& id) {
        waiting_.erase(id);
        failed_.erase(id);
    }

private:
    bool connect();
    void read();
    void deliver(const wire::ReserveReply& reply, UniqueFd socket);
    void drop();
    void failAll();
    void disconnect();

    sd_event* loop_;
    std::string path_;
    UniqueFd socket_;
    EventSource watch_;
    EventSource failing_;
    std::map<std::string, Answer> waiting_;
    std::map<std::string, Answer> failed_; // that have to be told
};

} // namespace sandboxd::launch
