// Ranges of ids for the user namespace of a native sandbox. Plain values; whether its maker may have them is for
// newuidmap(1), newgidmap(1) and the kernel to say.
#pragma once

#include <cstdint>
#include <vector>

namespace sandboxd::engine {

// One line of /proc/PID/uid_map.
struct IdRange {
    std::uint32_t inside = 0;
    std::uint32_t outside = 0;
    std::uint32_t count = 0;

    friend bool operator==(const IdRange&, const IdRange&) = default;
};

// Users or groups. Without ranges the payload's id stands for the caller's, and no other is mapped.
struct IdMap {
    std::vector<IdRange> ranges;
    bool keepsOwn = false; // no range maps the caller's id, and the payload has it nevertheless

    friend bool operator==(const IdMap&, const IdMap&) = default;
};

struct IdMaps {
    IdMap users;
    IdMap groups;
    bool denySetgroups = true; // as it must be without ranges of groups
    bool dropGroups = false;   // the caller's supplementary ones; only where setgroups(2) is not denied

    [[nodiscard]] bool haveRanges() const noexcept { return !users.ranges.empty() || !groups.ranges.empty(); }
};

// Of an engine that cannot have them.
inline constexpr const char* onlyOneId =
    "cannot map ranges of ids: a sandbox of sandboxd maps one user and one group, whoever asks";

} // namespace sandboxd::engine
