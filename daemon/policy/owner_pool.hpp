// The reserved uids that own sandboxes' user namespaces: one slot for each caller that has sandboxes. No process ever
// runs as one, so nobody can enter a namespace as its owner. Pure: the contents of passwd and subuid are arguments.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

namespace sandboxd::policy {

struct IdRange {
    std::uint32_t first = 0;
    std::uint32_t count = 0;

    [[nodiscard]] bool contains(std::uint32_t id) const noexcept { return id >= first && id - first < count; }
    [[nodiscard]] bool overlaps(const IdRange& other) const noexcept {
        return count > 0 && other.count > 0 && (contains(other.first) || other.contains(first));
    }
    friend bool operator==(const IdRange&, const IdRange&) = default;
};

// "FIRST:COUNT" in decimal; ids from 1 to 2^31 - 1, because polkit's uids are signed. InvalidArgs.
Result<IdRange> parseIdRange(std::string_view text);

// The ids that /etc/passwd (name:x:ID:…) and /etc/subuid (name:FIRST:COUNT) give away. Lines that do not parse are
// skipped, as the tools that read these files do.
[[nodiscard]] std::vector<IdRange> parsePasswd(std::string_view contents);
[[nodiscard]] std::vector<IdRange> parseSubordinateIds(std::string_view contents);

class OwnerPool {
public:
    explicit OwnerPool(IdRange range) : range_(range) {}

    // The first of `taken` that overlaps the pool: somebody could then have a process with an owner's uid.
    [[nodiscard]] std::optional<IdRange> findConflict(const std::vector<IdRange>& taken) const;

    // The owner for this caller; counts one sandbox more. LimitsExceeded when all slots are taken, AccessDenied for a
    // caller inside the pool.
    Result<std::uint32_t> acquire(std::uint32_t uid);
    // One sandbox less; the slot is free after the last.
    void release(std::uint32_t uid);

    [[nodiscard]] std::size_t callers() const noexcept { return slots_.size(); }

private:
    struct Slot {
        std::uint32_t owner = 0;
        std::uint32_t sandboxes = 0;
    };

    [[nodiscard]] std::optional<std::uint32_t> findFree() const;

    IdRange range_;
    std::map<std::uint32_t, Slot> slots_; // by the caller's uid
};

} // namespace sandboxd::policy
