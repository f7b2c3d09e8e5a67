#include "spawner/warden_table.hpp"

#include <cstring>

namespace sandboxd::spawner {

void WardenTable::add(pid_t pid, const char* id) noexcept {
    Row& row = rows_[count_++];
    row.pid = pid;
    std::memcpy(row.id, id, wire::idLength);
    row.id[wire::idLength] = '\0';
}

bool WardenTable::remove(pid_t pid, char (&id)[wire::idLength + 1]) noexcept {
    for (std::size_t i = 0; i < count_; ++i) {
        if (rows_[i].pid == pid) {
            std::memcpy(id, rows_[i].id, sizeof id);
            rows_[i] = rows_[--count_];
            return true;
        }
    }
    return false;
}

} // namespace sandboxd::spawner
