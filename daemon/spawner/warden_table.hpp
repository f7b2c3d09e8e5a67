// The spawner's children by pid, to remove the leaf of one that ended. Plain and fixed in size.
#pragma once

#include "plan/warden_protocol.hpp"

#include <sys/types.h>

#include <cstddef>

namespace sandboxd::spawner {

class WardenTable {
public:
    static constexpr std::size_t capacity = 8192;

    [[nodiscard]] bool isFull() const noexcept { return count_ == capacity; }
    void add(pid_t pid, const char* id) noexcept;

    // Copies the id of the warden with this pid and forgets it. False: not one of ours.
    bool remove(pid_t pid, char (&id)[wire::idLength + 1]) noexcept;

private:
    struct Row {
        pid_t pid;
        char id[wire::idLength + 1];
    };
    Row rows_[capacity]{};
    std::size_t count_ = 0;
};

} // namespace sandboxd::spawner
